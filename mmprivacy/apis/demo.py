"""A page on this machine to try the advisor: ``python -m mmprivacy.apis.demo``."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from mmprivacy.apis.advising import DEFAULT_CONFIG, build_advisor, protect_photos
from mmprivacy.errors import MissingDependencyError, MMPrivacyError


def protect_for_page(
    photo: str | Path, folder: str | Path, config: str | Path = DEFAULT_CONFIG
) -> tuple[str, str | None]:
    """Protect one photo, and say what came of it.

    Args:
        photo: The photo.
        folder: An empty folder for what is written.
        config: Config of the advisor.

    Returns:
        The report as HTML, and the file that may be published; None if there is none.
    """
    from mmprivacy.advisor.report import write_report

    out = Path(folder) / 'safe'
    protect_photos(photo, out, config=config, progress=False)
    report = write_report(out, before=photo).read_text(encoding='utf-8')
    written = sorted(p for p in (out / 'photos').rglob('*') if p.is_file())
    return report, str(written[0]) if written else None


def build_demo(config: str | Path = DEFAULT_CONFIG) -> Any:
    """Build the page.

    Nothing is sent anywhere: no analytics, no share link.

    Args:
        config: Config of the advisor.

    Returns:
        A ``gradio.Blocks``; ``launch()`` serves it.

    Raises:
        MissingDependencyError: If gradio is not installed.
        ConfigError: If the config is wrong.
    """
    os.environ['GRADIO_ANALYTICS_ENABLED'] = 'False'
    try:
        import gradio as gr
    except ModuleNotFoundError as e:
        raise MissingDependencyError.explain(
            'the demo',
            expected="the package 'gradio'",
            got='none installed',
            fix='run `pip install gradio`',
        ) from e
    build_advisor(config)  # says now what is wrong with it
    work = Path(tempfile.mkdtemp(prefix='mmprivacy-demo-'))

    def run(photo: str | None) -> tuple[str, str | None]:
        if not photo:
            return '', None
        for old in work.iterdir():  # one photo at a time is kept
            shutil.rmtree(old)
        try:
            report, file = protect_for_page(photo, tempfile.mkdtemp(dir=work), config)
        except MMPrivacyError as e:
            return f'<p>{escape(str(e))}</p>', None
        style = 'width:100%;height:900px;border:0'
        frame = f'<iframe sandbox style="{style}" srcdoc="{escape(report)}"></iframe>'
        return frame, file

    # Uploads are forgotten after ten minutes.
    with gr.Blocks(title='mmprivacy', delete_cache=(60, 600)) as page:
        gr.Markdown('# What is private in this photo?\nIt stays on this machine.')
        with gr.Row():
            given = gr.File(label='Photo', type='filepath', height=160)
            safe = gr.File(label='May be published', interactive=False, height=160)
        report = gr.HTML()
        given.change(
            run, given, [report, safe], concurrency_limit=1, api_name='protect'
        )
    page.allowed = [str(work)]
    return page


def main(argv: Sequence[str]) -> int:
    """Serve the page until it is interrupted.

    Args:
        argv: The arguments.

    Returns:
        0.
    """
    parser = argparse.ArgumentParser(
        prog='python -m mmprivacy.apis.demo',
        description='Try the advisor in a browser. The page is served to this machine '
        'alone, and loads nothing from elsewhere.',
    )
    parser.add_argument(
        '--config', default=DEFAULT_CONFIG, help='config of the advisor'
    )
    parser.add_argument('--port', type=int, default=7860)
    parser.add_argument(
        '--debug', action='store_true', help='show the traceback of an error'
    )
    args = parser.parse_args(argv)
    page = build_demo(args.config)
    page.launch(
        server_name='127.0.0.1',
        server_port=args.port,
        share=False,
        allowed_paths=page.allowed,
    )
    return 0


if __name__ == '__main__':
    from mmprivacy.apis.cli import run_tool

    run_tool(main)
