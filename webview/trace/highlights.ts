const name = 'found';

/** Marks a text wherever it is drawn, without changing what is drawn: by the browser's own highlights. */
export function highlight(roots: Iterable<Element>, query: string): void {
  const wanted = query.toLowerCase();
  if (wanted === '') {
    CSS.highlights.delete(name);
    return;
  }
  const ranges: Range[] = [];
  for (const root of roots) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      ranges.push(...rangesIn(node, wanted));
    }
  }
  CSS.highlights.set(name, new Highlight(...ranges));
}

function rangesIn(node: Node, wanted: string): readonly Range[] {
  const text = (node.nodeValue ?? '').toLowerCase();
  const ranges: Range[] = [];
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length)) {
    const end = at + wanted.length;
    // Some letters are longer in lower case: then the place in the text is not known.
    if (end <= (node.nodeValue?.length ?? 0)) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, end);
      ranges.push(range);
    }
  }
  return ranges;
}
