"""The demo: what the page shows for a photo, and the page if gradio is there."""

import json
import shutil
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import matplotlib
import numpy as np
import pytest

from mmprivacy.advisor.decoding import decode_photo
from mmprivacy.apis.demo import build_demo, protect_for_page
from mmprivacy.errors import MissingDependencyError

HOPPER = Path(matplotlib.get_data_path()) / 'sample_data' / 'grace_hopper.jpg'


def test_a_photo_becomes_a_report_and_a_file(tmp_path):
    shutil.copy(HOPPER, tmp_path / 'me.jpg')
    report, file = protect_for_page(tmp_path / 'me.jpg', tmp_path / 'work')
    assert 'may be published' in report
    assert 'before, with what was found' in report
    assert Path(file).name == 'me.jpg'
    assert Path(file).read_bytes() != HOPPER.read_bytes()


def test_a_broken_photo_is_reported(tmp_path):
    (tmp_path / 'cut.jpg').write_bytes(HOPPER.read_bytes()[:3000])
    report, file = protect_for_page(tmp_path / 'cut.jpg', tmp_path / 'work')
    assert file is None
    assert 'cannot be decoded' in report


def test_gradio_is_named_if_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, 'gradio', None)
    with pytest.raises(MissingDependencyError, match='pip install gradio'):
        build_demo()


@pytest.fixture
def browser():
    """Chromium without a window, which logs what it loads."""
    webdriver = pytest.importorskip('selenium.webdriver')
    chromium, driver = shutil.which('chromium'), shutil.which('chromedriver')
    if not chromium or not driver:
        pytest.skip('needs chromium and chromedriver')
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ('--headless=new', '--no-sandbox', '--disable-dev-shm-usage'):
        options.add_argument(argument)
    options.set_capability('goog:loggingPrefs', {'performance': 'ALL'})
    service = webdriver.ChromeService(executable_path=driver)
    window = webdriver.Chrome(options=options, service=service)
    yield window
    window.quit()


def wait_for(find, seconds=200):
    """Wait until something is found."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = find()
        if found:
            return found
        time.sleep(0.5)
    raise TimeoutError


def loaded_urls(browser):
    """Give what the browser has asked for."""
    messages = (
        json.loads(line['message'])['message']
        for line in browser.get_log('performance')
    )
    return [
        m['params']['request']['url']
        for m in messages
        if m['method'] == 'Network.requestWillBeSent'
    ]


@pytest.mark.slow
def test_a_photo_is_uploaded_in_a_browser(browser):
    pytest.importorskip('gradio')
    page = build_demo()
    _, url, _ = page.launch(
        prevent_thread_lock=True, server_name='127.0.0.1', quiet=True,
        allowed_paths=page.allowed,
    )  # fmt: skip
    try:
        browser.get(url)
        (chooser,) = wait_for(
            lambda: browser.find_elements('css selector', 'input[type=file]')
        )
        chooser.send_keys(str(HOPPER))
        (frame,) = wait_for(
            lambda: browser.find_elements('css selector', 'iframe[srcdoc]')
        )
        assert 'may be published' in frame.get_attribute('srcdoc')
        original = HOPPER.read_bytes()
        links = browser.find_elements('css selector', f'a[href$="{HOPPER.name}"]')
        offered = {urlopen(a.get_attribute('href')).read() for a in links}
        (written,) = offered - {original}
        before, after = (decode_photo(d).photo.pixels for d in (original, written))
        filled = (after < 12).all(axis=2) & (before > 60).any(axis=2)
        assert np.count_nonzero(filled) > 5000
        others = {
            u for u in loaded_urls(browser) if not u.startswith((url, 'data:', 'blob:'))
        }
        assert not others
    finally:
        page.close()
