"""`python -m a9`, and the command `a9`: an interruption is a sentence from the first import on."""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point of the process."""
    try:
        from a9.main import main as begin  # noqa: PLC0415 - it takes long enough to be interrupted

        begin()
    except KeyboardInterrupt:
        if sys.stderr is not None:
            sys.stderr.write("Erreur : interrompu ; aucun fichier n'a été écrit en partie.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
