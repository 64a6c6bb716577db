"""`a9 completion`: the script with which a shell completes the words of `a9`."""

from __future__ import annotations

import click

from a9 import options
from a9.help import SETTINGS, Command
from a9.output import deliver

#: As `a9.completion` knows them.
SHELLS = ("bash", "zsh", "fish", "powershell")


@click.command(
    "completion",
    cls=Command,
    context_settings=SETTINGS,
    epilog="""\b
À écrire une fois, puis ouvrir un nouveau terminal :
  bash        a9 completion bash >> ~/.bashrc
  zsh         a9 completion zsh >> ~/.zshrc
  fish        a9 completion fish > ~/.config/fish/completions/a9.fish
  PowerShell  Add-Content $PROFILE 'a9 completion powershell | Out-String | Invoke-Expression'""",
)
@click.argument("shell", type=options.OneOf(SHELLS, "interpréteur"), metavar="bash|zsh|fish|powershell")
def command(shell: str) -> None:
    """Donne le script qui complète les mots de a9 : commandes, options, valeurs, identifiants des règles, fichiers.

    Le script va sur la sortie standard. Il appelle a9 à chaque demande : il n'y a rien à refaire quand a9 change.
    """
    from a9.completion import script  # noqa: PLC0415 - only here and when a shell asks
    from a9.main import cli  # noqa: PLC0415 - it imports this module

    deliver(script(shell, cli), None)
