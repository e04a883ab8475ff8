"""The chat page in headless Chromium, asking the deterministic application on real Ray.

RAYDECK_SCREENSHOTS=folder keeps a picture of each state; those in deploy/assets/gradio/screenshots are made so.
"""

import os
import shutil
from pathlib import Path

import pytest
from client import until
from demo.page import ChatPage

selenium = pytest.importorskip("selenium")
from selenium import webdriver  # noqa: E402  # after the skip
from selenium.common.exceptions import StaleElementReferenceException  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed")
NUMBERS = " ".join(map(str, range(1, 101)))


class Browser:
    def __init__(self, driver, url, folder):
        self._driver, self._url, self._folder = driver, url, folder

    def open(self):
        self._driver.get(self._url)
        until(lambda: self._driver.find_elements(By.CSS_SELECTOR, "#box textarea"), "the page is drawn")

    def ask(self, prompt):
        box = self._driver.find_element(By.CSS_SELECTOR, "#box textarea")
        box.send_keys(prompt, Keys.ENTER)

    def press(self, name):
        self._driver.find_element(By.ID, name).click()

    def said(self, who):
        """The texts of the bubbles of "user" or "bot"; empty while Gradio replaces them."""
        try:
            found = self._driver.find_elements(By.CSS_SELECTOR, f'#chat [data-testid="{who}"]')
            return [" ".join(bubble.text.split()) for bubble in found]
        except StaleElementReferenceException:
            return []

    def line(self, name):
        try:
            return self._driver.find_element(By.ID, name).text.strip()
        except StaleElementReferenceException:
            return ""

    def wait(self, name, words):
        return until(lambda: words in self.line(name) and self.line(name), f"{name} says {words!r}: {self.line(name)!r}")

    def picture(self, name):
        if self._folder:
            self._driver.save_screenshot(str(Path(self._folder) / f"{name}.png"))


@pytest.fixture(scope="module")
def chat_page(cluster, tmp_path_factory):
    page = ChatPage(cluster.urls[0], tmp_path_factory.mktemp("chat"))
    try:
        page.wait()
        yield page
    finally:
        page.close()


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    os.environ["SE_OFFLINE"] = "true"
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server"),
        *("--window-size=900,900", f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"),
    ):
        options.add_argument(argument)
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def browser(driver, chat_page):
    browser = Browser(driver, chat_page.url, os.environ.get("RAYDECK_SCREENSHOTS"))
    browser.open()
    return browser


def test_an_answer_streams_and_names_who_made_it(browser):
    browser.wait("service", "service: answers")
    browser.ask("count to 100")
    seen = until(lambda: [text for text in browser.said("bot") if text], "the first words are there")
    assert NUMBERS.startswith(seen[0])
    browser.picture("streaming")
    status = browser.wait("status", "100 tokens")
    assert len(seen[0]) < len(NUMBERS)
    assert browser.said("bot") == [NUMBERS]
    assert browser.said("user") == ["count to 100"]
    assert status.startswith("answered by demo-worker-")
    assert "first token" in status
    browser.picture("answered")


def test_stop_keeps_what_was_said(browser):
    browser.ask("count to 15000")
    until(lambda: "4 5" in "".join(browser.said("bot")), "the first words are there")
    browser.press("stop")
    browser.wait("status", "stopped")
    (stopped,) = browser.said("bot")
    browser.picture("stopped")
    browser.ask("count to 3")
    browser.wait("status", "3 tokens")
    assert browser.said("bot") == [stopped, "1 2 3"]
    browser.press("clear")
    until(lambda: not browser.said("user"), "the chat is empty")


def test_retry_asks_the_last_question_again(browser):
    browser.ask("count to 3")
    browser.wait("status", "3 tokens")
    browser.ask("count to 15000")
    until(lambda: "4 5" in browser.said("bot")[-1:][0], "the first words are there")
    browser.press("stop")
    browser.wait("status", "stopped")
    browser.press("retry")
    browser.wait("status", "answering")
    assert browser.said("user") == ["count to 3", "count to 15000"]
    browser.press("clear")
    until(lambda: not browser.said("user") and not browser.line("status"), "it is stopped and gone")


def test_a_refusal_is_shown_as_what_it_is(browser):
    browser.ask("word " * 101)
    browser.wait("status", "failed")
    assert "No answer: HTTP 400: the prompt has 101 tokens; at most 100 are taken" in browser.said("bot")[-1]
    browser.picture("refused")


def test_the_page_goes_on_while_there_is_no_head(browser, cluster):
    cluster.head.kill()
    try:
        browser.ask("What does the head do?")
        status = browser.wait("status", "27 tokens")
        assert status.startswith("answered by demo-worker-")
        assert "answer them while it is away" in browser.said("bot")[-1]
        browser.wait("service", "service: answers")
        browser.picture("no-head")
    finally:
        cluster.start_head()
        cluster.wait_running()


def test_a_server_that_is_gone_and_comes_back(browser, cluster):
    """The worker that the page asks. A Service would lead to the other one; here the page shows what it meets."""
    cluster.workers[0].kill()
    browser.wait("service", "cannot be reached")
    browser.ask("count to 3")
    browser.wait("status", "failed")
    assert f"No answer: {cluster.urls[0]} cannot be reached" in browser.said("bot")[-1]
    browser.picture("server-gone")
    cluster.workers[0].start()
    cluster.wait_running()
    browser.wait("service", "service: answers")
    browser.press("retry")
    browser.wait("status", "3 tokens")
    assert browser.said("bot")[-1] == "1 2 3"
    browser.picture("server-back")
