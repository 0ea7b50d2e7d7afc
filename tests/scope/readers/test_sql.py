"""SQL dumps of four dialects: rows, names and declared keys, without running anything."""
# ruff: noqa: E501, ISC004 - evidence is written as it comes, long lines and all

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachdesk.scope.shapes import ForeignKey, Keys
from tests.scope.readers.gathered import gather, only

ANN = ("1", "Ann O'Neil", "ann@example.org", 'says "hi";\nback\\slash, (x),(y) -- no', None)
BOB = ("2", "Пётр", "petr@example.org", "plain", "2020-01-02")
COLUMNS = ["id", "name", "mail", "note", "born"]

POSTGRES_INSERT = """
SET standard_conforming_strings = on;
CREATE TABLE public.users (
    id integer NOT NULL,
    name character varying(80) DEFAULT 'x, (y)'::character varying,  -- shown
    mail text, note text, born date
);
INSERT INTO public.users VALUES (1, 'Ann O''Neil', 'ann@example.org', 'says "hi";
back\\slash, (x),(y) -- no', NULL);
INSERT INTO public.users (id, name, mail, note, born) VALUES (2, 'Пётр', 'petr@example.org', E'pl\\x61in'::text, '2020-01-02'::date);
"""
POSTGRES_COPY = """
COPY public.users (id, name, mail, note, born) FROM stdin;
1\tAnn O'Neil\tann@example.org\tsays "hi";\\nback\\\\slash, (x),(y) -- no\t\\N
2\tПётр\tpetr@example.org\tplain\t2020-01-02
\\.
"""
MYSQL = r"""
-- MySQL dump 10.13  Distrib 8.0
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `users`;
CREATE TABLE `users` (
  `id` int NOT NULL AUTO_INCREMENT,
  `name` varchar(80) DEFAULT NULL COMMENT 'it''s; (a) name',
  `mail` varchar(80) DEFAULT NULL, `note` text, `born` date DEFAULT NULL,
  PRIMARY KEY (`id`), KEY `k` (`name`(20))
) ENGINE=InnoDB;
LOCK TABLES `users` WRITE;
/*!40000 ALTER TABLE `users` DISABLE KEYS */;
INSERT INTO `users` VALUES (1,'Ann O\'Neil','ann@example.org','says \"hi\";\nback\\slash, (x),(y) -- no',NULL),(2,'Пётр',_binary 'petr@example.org',0x706C61696E,'2020-01-02');
UNLOCK TABLES;
"""
SQLITE = """
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, mail TEXT, note TEXT, born TEXT);
INSERT INTO users VALUES(1,'Ann O''Neil','ann@example.org','says "hi";
back\\slash, (x),(y) -- no',NULL);
INSERT INTO users VALUES(2,'Пётр',X'70657472406578616d706c652e6f7267','plain','2020-01-02');
COMMIT;
"""
MSSQL = """
USE [shop]
GO
SET ANSI_NULLS ON
GO
CREATE TABLE [dbo].[users](
\t[id] [int] IDENTITY(1,1) NOT NULL,
\t[name] [nvarchar](80) NULL,
\t[mail] [nvarchar](80) NULL,
\t[note] [nvarchar](max) NULL,
\t[born] [date] NULL,
 CONSTRAINT [PK_users] PRIMARY KEY CLUSTERED ([id] ASC) ON [PRIMARY]
) ON [PRIMARY]
GO
SET IDENTITY_INSERT [dbo].[users] ON
INSERT [dbo].[users] ([id], [name], [mail], [note], [born]) VALUES (1, N'Ann O''Neil', N'ann@example.org', N'says "hi";
back\\slash, (x),(y) -- no', NULL)
INSERT [dbo].[users] ([id], [name], [mail], [note], [born]) VALUES (2, N'Пётр', N'petr@example.org', N'plain', CAST(N'2020-01-02' AS Date))
SET IDENTITY_INSERT [dbo].[users] OFF
GO
"""


@pytest.mark.parametrize("dump", [POSTGRES_INSERT, POSTGRES_COPY, MYSQL, SQLITE, MSSQL])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
@pytest.mark.parametrize("times", [1, 60])
def test_every_dialect_gives_the_same_rows(tmp_path: Path, dump: str, encoding: str, times: int) -> None:
    path = tmp_path / "shop.bak"
    path.write_bytes((dump * times).replace("E'pl\\x61in'", "'plain'").encode(encoding))
    table = only(path)
    assert (table.source, table.kind, table.columns) == ("shop.bak/users", "sql", COLUMNS)
    assert table.rows == [ANN, BOB] * times
    assert not table.problems


@pytest.mark.parametrize("size", [3, 500])
def test_regular_stretches_and_odd_ones_are_read_alike(tmp_path: Path, size: int) -> None:
    """The fast way and the exact way take turns; rows come in the order of the dump whichever read them."""
    text = "CREATE TABLE `t` (`id` int, `a` text, `b` text);\n"
    wanted = []
    for place in range(4000):
        odd = place % 997 == 0
        text += f"INSERT INTO `t` VALUES ({place},'a\\'{place}',{'concat(1,2)' if odd else 'NULL'}),({place},'x),(y','z\\\\');\n"
        wanted += [(str(place), f"a'{place}", "concat(1,2)" if odd else None), (str(place), "x),(y", "z\\")]
    path = tmp_path / "d.sql"
    path.write_text("-- MySQL dump\n" + text)
    table = only(path)
    assert table.rows == wanted
    assert not table.problems


def test_rows_of_interleaved_tables_go_each_to_its_own(tmp_path: Path) -> None:
    path = tmp_path / "d.sql"
    path.write_text(
        "".join(f"INSERT INTO a VALUES ({n},'a{n}');\nINSERT INTO bb VALUES ({n},'b{n}');\n" for n in range(800))
    )
    sink = gather(path)
    assert sink.rows["d.sql/a"] == [(str(n), f"a{n}") for n in range(800)]
    assert sink.rows["d.sql/bb"] == [(str(n), f"b{n}") for n in range(800)]


@pytest.mark.parametrize(
    ("dump", "keys"),
    [
        (
            "CREATE TABLE a (id int PRIMARY KEY, b_id int REFERENCES public.b(id));\nINSERT INTO a VALUES (1, 2);",
            Keys(("id",), (ForeignKey(("b_id",), "b", ("id",)),)),
        ),
        (
            "CREATE TABLE b (id int primary key);\nCREATE TABLE a (id int, b_id int, PRIMARY KEY (id, b_id),"
            " FOREIGN KEY (b_id) REFERENCES b);\nINSERT INTO a VALUES (1, 2);",
            Keys(("id", "b_id"), (ForeignKey(("b_id",), "b", ("id",)),)),
        ),
        (
            "CREATE TABLE public.a (id int, b_id int);\nCOPY public.a (id, b_id) FROM stdin;\n1\t2\n\\.\n"
            "ALTER TABLE ONLY public.a\n    ADD CONSTRAINT a_pkey PRIMARY KEY (id);\n"
            "ALTER TABLE ONLY public.a\n    ADD CONSTRAINT f FOREIGN KEY (b_id) REFERENCES public.b(id) ON DELETE CASCADE;\n",
            Keys(("id",), (ForeignKey(("b_id",), "b", ("id",)),)),
        ),
        (
            "CREATE TABLE [dbo].[a]([id] [int] NOT NULL, [b_id] [int],\n CONSTRAINT [PK] PRIMARY KEY CLUSTERED \n(\n\t[id] ASC\n)"
            "WITH (PAD_INDEX = OFF) ON [PRIMARY]\n) ON [PRIMARY]\nGO\nINSERT [dbo].[a] ([id], [b_id]) VALUES (1, 2)\nGO\n"
            "ALTER TABLE [dbo].[a]  WITH CHECK ADD  CONSTRAINT [FK] FOREIGN KEY([b_id])\nREFERENCES [dbo].[b] ([id])\nGO\n",
            Keys(("id",), (ForeignKey(("b_id",), "b", ("id",)),)),
        ),
        (
            "CREATE TABLE `a` (`id` int, `b_id` int, PRIMARY KEY (`id`), KEY `x` (`b_id`),\n"
            " CONSTRAINT `f` FOREIGN KEY (`b_id`) REFERENCES `b` (`id`)) ENGINE=InnoDB;\nINSERT INTO `a` VALUES (1,2);",
            Keys(("id",), (ForeignKey(("b_id",), "b", ("id",)),)),
        ),
        (
            "CREATE TABLE p (id int, b_id int, PRIMARY KEY (id), FOREIGN KEY (b_id) REFERENCES b(id)) PARTITION BY RANGE (id);\n"
            "CREATE TABLE a (id int, b_id int);\nALTER TABLE ONLY p ATTACH PARTITION a FOR VALUES FROM (1) TO (9);\n"
            "COPY a (id, b_id) FROM stdin;\n1\t2\n\\.\n",
            Keys(("id",), (ForeignKey(("b_id",), "b", ("id",)),)),
        ),
        (
            "CREATE TABLE p (id int PRIMARY KEY, b_id int);\nCREATE TABLE a PARTITION OF p FOR VALUES IN (1);\n"
            "INSERT INTO a VALUES (1, 2);",
            Keys(("id",)),
        ),
    ],
)
def test_declared_keys_are_handed_on(tmp_path: Path, dump: str, keys: Keys) -> None:
    path = tmp_path / "d.sql"
    path.write_text(dump)
    table = only(path)
    assert table.source == "d.sql/a"
    assert table.rows == [("1", "2")]
    assert table.columns == ["id", "b_id"]
    assert table.declared == keys


def test_a_schema_is_shown_only_where_names_clash(tmp_path: Path) -> None:
    path = tmp_path / "d.sql"
    path.write_text(
        "CREATE TABLE public.users (id int);\nCREATE TABLE audit.users (id int);\n"
        "INSERT INTO public.users VALUES (1);\nINSERT INTO audit.users VALUES (2);\nINSERT INTO public.users VALUES (3);\n"
    )
    assert gather(path).rows == {"d.sql/users": [("1",), ("3",)], "d.sql/audit.users": [("2",)]}


def test_several_databases_in_one_dump_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "all.sql"
    path.write_text(
        "-- MySQL dump\nUSE `shop`;\nCREATE TABLE `users` (`id` int);\nINSERT INTO `users` VALUES (1);\n"
        "USE `crm`;\nCREATE TABLE `users` (`id` int, `name` text);\nINSERT INTO `users` VALUES (2,'Ann');\n"
    )
    assert gather(path).rows == {"all.sql/users": [("1",)], "all.sql/crm.users": [("2", "Ann")]}


@pytest.mark.parametrize(
    "body",
    [
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $_$ BEGIN INSERT INTO users VALUES (9); END; $_$;",
        "CREATE TRIGGER t AFTER INSERT ON users BEGIN INSERT INTO log VALUES (9); SELECT CASE WHEN 1 THEN 2 END; END;",
        "DELIMITER ;;\nCREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW BEGIN INSERT INTO log VALUES (9); END;;\nDELIMITER ;",
        "/* INSERT INTO users VALUES (9); */\n-- INSERT INTO users VALUES (9);\n",
        "CREATE VIEW v AS SELECT 'INSERT INTO users VALUES (9);' FROM users;",
        "\\connect shop\nSELECT pg_catalog.setval('s', 1);",
    ],
)
def test_what_is_inside_bodies_comments_and_strings_is_no_row(tmp_path: Path, body: str) -> None:
    path = tmp_path / "d.sql"
    path.write_text(
        f"CREATE TABLE users (id int);\nINSERT INTO users VALUES (1);\n{body}\nINSERT INTO users VALUES (2);\n"
    )
    sink = gather(path)
    assert [row for rows in sink.rows.values() for row in rows] == [("1",), ("2",)]


def test_upserts_and_odd_inserts_are_read_and_queries_named(tmp_path: Path) -> None:
    path = tmp_path / "d.sql"
    path.write_text(
        'INSERT OR REPLACE INTO "order""s" ("a b", c) VALUES (1, \'x\') ON CONFLICT DO NOTHING;\n'
        'INSERT INTO t (a) SELECT a FROM s;\nREPLACE INTO "order""s" ("a b", c) VALUES (2, \'y\');\n'
    )
    sink = gather(path)
    assert sink.rows == {'d.sql/order"s': [("1", "x"), ("2", "y")]}
    assert sink.codes == {'d.sql/order"s': ["sql_insert_unread"]}


@pytest.mark.parametrize("dump", [POSTGRES_INSERT, POSTGRES_COPY, MYSQL, MSSQL])
def test_a_dump_cut_off_keeps_the_rows_before_the_cut_and_says_so(tmp_path: Path, dump: str) -> None:
    path = tmp_path / "d.sql"
    path.write_text(dump[: dump.index("Пётр") + 2])
    table = only(path)
    assert table.rows[0] == ANN
    assert "truncated" in table.codes


def test_a_broken_statement_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "d.sql"
    path.write_text(
        "CREATE TABLE t (id int, a text);\nINSERT INTO t VALUES (1, 'a');\nINSERT INTO t VALUES (2, 'never closed);\n"
        + "".join(f"INSERT INTO t VALUES ({place}, 'b');\n" for place in range(3, 300))
    )
    table = only(path)
    assert {row[0] for row in table.rows} >= {"1", "299"}
    assert len(table.rows) >= 297
    assert table.problems


def test_a_dump_of_structure_alone_is_read_and_empty(tmp_path: Path) -> None:
    path = tmp_path / "d.sql"
    path.write_text("CREATE TABLE users (id int, name text);\nCREATE INDEX i ON users (name);\n")
    sink = gather(path)
    assert [table.count for table in sink.tables.values()] == [0]
    assert not sink.codes


VALUE = st.one_of(
    st.none(),
    st.integers(-(10**12), 10**12).map(str),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20),
    st.sampled_from(
        [
            "'",
            "\\",
            "\\'",
            "''",
            "),(",
            ");\n",
            "', '",
            "\\\\",
            "\\n",
            "-- x",
            "/* x",
            "$$",
            ";",
            "N'x'",
            "NULL",
            "null",
            ",'",
            "a\nb",
            "\t",
        ]
    ),
)


def quoted(cell: str | None, dialect: str) -> str:
    if cell is None:
        return "NULL"
    if dialect == "mysql":
        for char, code in (("\\", "\\\\"), ("'", "\\'"), ('"', '\\"'), ("\n", "\\n")):
            cell = cell.replace(char, code)
        return f"'{cell}'"
    mark = "N" if dialect == "mssql" else ""
    return mark + "'" + cell.replace("'", "''") + "'"


STARTS = {
    "mysql": "-- MySQL dump\nCREATE TABLE `t` (`id` int, `a` text, `b` text);\n",
    "postgres": "-- PostgreSQL database dump\nCREATE TABLE t (id int, a text, b text);\n",
    "sqlite": "PRAGMA foreign_keys=OFF;\nCREATE TABLE t (id int, a text, b text);\n",
    "mssql": "USE [x]\nGO\nCREATE TABLE [dbo].[t] ([id] int, [a] text, [b] text)\nGO\n",
}


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.tuples(VALUE, VALUE), min_size=1, max_size=12),
    dialect=st.sampled_from(list(STARTS)),
    together=st.booleans(),
    padding=st.booleans(),
)
def test_strings_written_by_any_dialect_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str | None, str | None]],
    dialect: str,
    together: bool,
    padding: bool,
) -> None:
    if padding:  # enough for the fast way
        rows = [*rows, *[("x" * 50, "y" * 50)] * 60]
    prefix = "INSERT [dbo].[t] ([id], [a], [b]) VALUES " if dialect == "mssql" else "INSERT INTO t VALUES "
    comma = "," if dialect == "mysql" else ", "
    tuples = [
        f"({comma.join([str(place), *(quoted(cell, dialect) for cell in row)])})" for place, row in enumerate(rows)
    ]
    end = "\n" if dialect == "mssql" else ";\n"
    text = prefix + ",".join(tuples) + end if together else "".join(prefix + row + end for row in tuples)
    path = tmp_path_factory.mktemp("sql") / "d.sql"
    path.write_text(STARTS[dialect] + text, newline="")
    table = only(path)
    wanted = [(str(place), row[0] or None, row[1] or None) for place, row in enumerate(rows)]
    assert table.rows == wanted
    assert not table.problems


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(VALUE, VALUE), min_size=1, max_size=40))
def test_what_copy_wrote_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str | None, str | None]]
) -> None:
    def field(cell: str | None) -> str:
        if cell is None:
            return "\\N"
        for char, code in (("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), ("\b", "\\b"), ("\f", "\\f"), ("\v", "\\v")):
            cell = cell.replace(char, code)
        return cell

    path = tmp_path_factory.mktemp("sql") / "d.sql"
    body = "".join(f"{place}\t{field(row[0])}\t{field(row[1])}\n" for place, row in enumerate(rows))
    path.write_text(f"COPY public.t (id, a, b) FROM stdin;\n{body}\\.\n", newline="")
    table = only(path)
    assert table.rows == [(str(place), *(cell or None for cell in row)) for place, row in enumerate(rows)]
    assert not table.problems


def test_a_dump_sqlite_itself_wrote_gives_what_sqlite_holds(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / "a.db")
    base.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB)")
    base.executemany("INSERT INTO t VALUES (?, ?, ?)", [(n, f"it's {n}\nso", b"\xff\x00\xfe") for n in range(500)])
    base.commit()
    (tmp_path / "a.sql").write_text("\n".join(base.iterdump()))
    base.close()
    sink = gather(tmp_path / "a.db", tmp_path / "a.sql")
    assert sink.rows["a.db/t"] == sink.rows["a.sql/t"]
    assert sink.rows["a.db/t"][3] == ("3", "it's 3\nso", "0xFF00FE")
