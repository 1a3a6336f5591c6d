import time, asyncio, asyncpg
from leadgate_service.storage import migrations as m
def test_a(postgres_url, postgres):
    print(postgres.log)
    for f in (m.check, lambda u: m.downgrade(u,"base"), m.check, m.upgrade, m.check, m.require_current):
        t=time.time(); print(f(postgres_url), round(time.time()-t,3))
def test_b(postgres_url): print(m.check(postgres_url))
def test_c(postgres, postgres_template):
    for i in range(5):
        t=time.time(); n=postgres.create(postgres_template); t1=time.time(); postgres.drop(n); print(t1-t, time.time()-t1)
    print(postgres.log.read_text())
