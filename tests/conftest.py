"""How thoroughly the properties are tried.

By default every run tries the same few examples, so that a red test is red for everybody. With LEADGATE_SOAK=1
(`make soak`) each property is tried with many, drawn afresh.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "default",
    max_examples=50,
    deadline=None,  # a shared machine is slow at times; that is no defect of the property
    derandomize=True,
    print_blob=True,
)
settings.register_profile(
    "soak",
    max_examples=10_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("soak" if os.environ.get("LEADGATE_SOAK") else "default")

pytest_plugins = ["tests.databases", "tests.stores", "tests.worlds"]
