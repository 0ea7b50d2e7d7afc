"""The database itself refuses to change what was written.

What may happen to a row besides being added: the contents of an entry are emptied, all together; an entry becomes
privileged, and never ceases to be; a checkpoint is dated, once; the head and the counts grow.
"""

from typing import ClassVar

from django.db import migrations

_GUARD = """
CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the journal is only ever added to (% on %)', TG_OP, TG_TABLE_NAME;
END $$;

CREATE TRIGGER journal_kept BEFORE UPDATE ON journal_line FOR EACH ROW
  WHEN (NOT (
    (NEW.seq, NEW."case", NEW.case_seq, NEW.at, NEW.type, NEW.actor, NEW.envelope)
      IS NOT DISTINCT FROM (OLD.seq, OLD."case", OLD.case_seq, OLD.at, OLD.type, OLD.actor, OLD.envelope)
    AND (NEW.privileged OR NOT OLD.privileged)
    AND ((NEW.payload, NEW.salt, NEW.names) IS NOT DISTINCT FROM (OLD.payload, OLD.salt, OLD.names)
      OR (NEW.payload IS NULL AND NEW.salt IS NULL AND NEW.names IS NULL))
  )) EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_kept BEFORE UPDATE ON journal_checkpoint FOR EACH ROW
  WHEN (NOT (
    (NEW.size, NEW.note, NEW.made_at) IS NOT DISTINCT FROM (OLD.size, OLD.note, OLD.made_at)
    AND OLD.token IS NULL AND OLD.token_from = ''
  )) EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_kept BEFORE UPDATE ON journal_node FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_kept BEFORE UPDATE ON journal_head FOR EACH ROW
  WHEN (NEW.size <= OLD.size) EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_kept BEFORE UPDATE ON journal_casecount FOR EACH ROW
  WHEN (NEW."case" <> OLD."case" OR NEW.count <= OLD.count) EXECUTE FUNCTION journal_refuse();
"""
_TABLES = ("line", "node", "checkpoint", "head", "casecount")
_NO_LOSS = "".join(
    f"CREATE TRIGGER journal_not_taken BEFORE DELETE OR TRUNCATE ON journal_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();\n"
    for table in _TABLES
)
_UNGUARD = "".join(
    f"DROP TRIGGER journal_kept ON journal_{table}; DROP TRIGGER journal_not_taken ON journal_{table};\n"
    for table in _TABLES
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("journal", "0001_initial")]
    operations: ClassVar = [
        migrations.RunSQL("INSERT INTO journal_head (id, size, edge) VALUES (1, 0, '');", migrations.RunSQL.noop),
        migrations.RunSQL(_GUARD + _NO_LOSS, _UNGUARD + "DROP FUNCTION journal_refuse();"),
    ]
