"""The database itself refuses to change what was written: only an entry's contents may be emptied."""

from typing import ClassVar

from django.db import migrations

_GUARD = """
CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'journal_line' THEN
    IF (NEW.seq, NEW."case", NEW.case_seq, NEW.at, NEW.type, NEW.actor, NEW.envelope)
         IS NOT DISTINCT FROM (OLD.seq, OLD."case", OLD.case_seq, OLD.at, OLD.type, OLD.actor, OLD.envelope)
       AND (NEW.payload IS NULL OR NEW.payload IS NOT DISTINCT FROM OLD.payload)
       AND (NEW.salt IS NULL OR NEW.salt IS NOT DISTINCT FROM OLD.salt)
       AND (NEW.names IS NULL OR NEW.names IS NOT DISTINCT FROM OLD.names)
    THEN RETURN NEW; END IF;
  END IF;
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'journal_checkpoint' THEN
    IF (NEW.size, NEW.note, NEW.made_at) IS NOT DISTINCT FROM (OLD.size, OLD.note, OLD.made_at)
       AND (OLD.token IS NULL OR NEW.token IS NOT DISTINCT FROM OLD.token)
    THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'the journal is only ever added to (% on %)', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER journal_line_kept BEFORE UPDATE OR DELETE ON journal_line
  FOR EACH ROW EXECUTE FUNCTION journal_append_only();
CREATE TRIGGER journal_line_not_emptied BEFORE TRUNCATE ON journal_line EXECUTE FUNCTION journal_append_only();
CREATE TRIGGER journal_node_kept BEFORE UPDATE OR DELETE ON journal_node
  FOR EACH ROW EXECUTE FUNCTION journal_append_only();
CREATE TRIGGER journal_checkpoint_kept BEFORE UPDATE OR DELETE ON journal_checkpoint
  FOR EACH ROW EXECUTE FUNCTION journal_append_only();
INSERT INTO journal_head (id, size, edge) VALUES (1, 0, '');
"""
_UNGUARD = """
DROP TRIGGER journal_line_kept ON journal_line;
DROP TRIGGER journal_line_not_emptied ON journal_line;
DROP TRIGGER journal_node_kept ON journal_node;
DROP TRIGGER journal_checkpoint_kept ON journal_checkpoint;
DROP FUNCTION journal_append_only();
DELETE FROM journal_head;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("journal", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(_GUARD, _UNGUARD)]
