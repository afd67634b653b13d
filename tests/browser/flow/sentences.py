"""Reads a page as a person does, and finds the sentences that are too long."""

import re

from playwright.sync_api import Page

MOST = 15
READ = """() => {
  const inline = new Set(["A", "SPAN", "STRONG", "EM", "B", "I", "KBD", "ABBR", "TIME", "CODE"]);
  const texts = [];
  let line = "";
  const end = () => { if (line.trim()) texts.push(line.trim()); line = ""; };
  const read = (node) => {
    if (node.nodeType === Node.TEXT_NODE) { line += node.nodeValue; return; }
    if (!(node instanceof Element) || ["SCRIPT", "STYLE", "NOSCRIPT"].includes(node.tagName)) return;
    const own = !inline.has(node.tagName) || !["inline", "contents"].includes(getComputedStyle(node).display);
    if (own) end();
    for (const child of node.childNodes) read(child);
    if (own) end();
  };
  for (const part of document.querySelectorAll("header, .practice, main, footer")) read(part);
  return texts;
}"""
_END = re.compile(r"(?<=[.!?:])\s+")


def too_long(page: Page) -> list[str]:
    """Give the sentences of a page, also of what is folded away, that have more words than a tired person can hold.

    Numbers do not end a sentence, and a mark between spaces is no word.
    """
    sentences = [sentence for text in page.evaluate(READ) for sentence in _END.split(" ".join(text.split()))]
    return [sentence for sentence in sentences if len(re.findall(r"\w[\w'’.:-]*", sentence)) > MOST]
