"""`python -m a9`."""

from a9.main import main

if __name__ == "__main__":
    main()
