"""What Alembic runs: the migrations, inside the transaction that the caller has opened on its connection.

Knows nothing about which revisions there are.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
