"""`python -m leadgate_cli` is `leadgate`."""

from leadgate_cli.main import run

if __name__ == "__main__":
    run()
