"""The command line as `python -m scotopic`."""

from scotopic.cli import main

if __name__ == "__main__":
    main()
