"""What was recorded, kept: tables, engine, migrations, writes (store) and reads (queries)."""
