-- Run once as a superuser of your own PostgreSQL (16 or newer), then `jishi migrate`.
-- The serving role is no superuser and owns no table: append-only tables stay append-only.
CREATE ROLE jishi_owner LOGIN PASSWORD 'CHANGE';
CREATE ROLE jishi_app LOGIN PASSWORD 'CHANGE';
CREATE DATABASE jishi OWNER jishi_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE CONNECT ON DATABASE jishi FROM PUBLIC;
GRANT CONNECT ON DATABASE jishi TO jishi_app;
