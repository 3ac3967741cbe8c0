"""`python -m lawkeep`: the same as the command `lawkeep`."""

from lawkeep.cli.main import main

if __name__ == "__main__":
    main()
