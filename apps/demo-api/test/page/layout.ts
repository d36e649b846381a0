import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

/** A phone, a tablet, a desk. */
const widths = [320, 768, 1440];

/** From the left and wide, in pixels; and in which row of those that are alike. Heights follow the fonts of a machine. */
type Box = [x: number, width: number, row: number];
/** By state, by width of the window, by what it is. */
type Layout = Record<string, Record<string, Record<string, Box[]>>>;

const path = fileURLToPath(new URL('./layout.json', import.meta.url));
const isRenewed = process.env['UPDATE_LAYOUT'] === '1';
const described = JSON.parse(readFileSync(path, 'utf8')) as Layout;

/** A scroll bar and half a pixel here and there. */
const tolerance = 6;

/** Whose boxes are described. None of them follows the width of its text. */
const parts = {
  header: '.top',
  place: '.place',
  pane: '.pane',
  adder: '.adder',
  card: '.card',
  thumb: '.thumb',
  slot: '.slot',
  attack: '.attack:nth-child(-n + 6)',
  bucket: '.bucket',
  record: '.records > section',
  viewer: '.viewer[open]',
};

/**
 * What a person would call broken, at each width: a page wider than its window, what sticks out of it, targets that are too
 * small or lie on each other, an order on the screen that is not the order of the text. A state that `layout.json` describes
 * is compared with it too; `UPDATE_LAYOUT=1` writes it anew.
 */
export async function layoutFaults(page: Page, state: string, at = widths): Promise<string[]> {
  const faults: string[] = [];
  for (const width of at) {
    await page.setViewportSize({ width, height: 900 });
    const { broken, boxes } = await page.evaluate(measure, parts);
    faults.push(...broken.map((fault) => `${state} at ${width}: ${fault}`));
    const wanted = described[state]?.[width];
    if (isRenewed && described[state]) described[state][width] = boxes;
    else if (wanted) faults.push(...differences(wanted, boxes).map((fault) => `${state} at ${width}: ${fault}`));
  }
  if (isRenewed) writeFileSync(path, JSON.stringify(described));
  return faults;
}

function differences(wanted: Record<string, Box[]>, boxes: Record<string, Box[]>): string[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(boxes)])];
  return names.flatMap((name) => {
    const [a, b] = [wanted[name] ?? [], boxes[name] ?? []];
    if (a.length !== b.length) return [`${b.length} of ${name}, not ${a.length}`];
    return a.flatMap((box, at) => {
      const now = b[at]!;
      const isSame =
        box[2] === now[2] && Math.abs(box[0] - now[0]) <= tolerance && Math.abs(box[1] - now[1]) <= tolerance;
      return isSame ? [] : [`${name} ${at + 1} is at [x, width, row] ${now.join(', ')}, not ${box.join(', ')}`];
    });
  });
}

/** Runs in the page. */
function measure(selectors: Record<string, string>): { broken: string[]; boxes: Record<string, Box[]> } {
  const broken: string[] = [];
  const dialog = document.querySelector('dialog[open]');
  const seen = (selector: string, root: ParentNode = dialog ?? document) =>
    [...root.querySelectorAll<HTMLElement>(selector)]
      .filter((each) => each.checkVisibility())
      .map((each) => ({ each, box: each.getBoundingClientRect() }));
  const nameOf = (each: Element) => each.textContent?.trim().slice(0, 30) ?? '';

  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) broken.push(`${scrollWidth} wide in ${innerWidth}`);
  // What a box cuts off or scrolls is its own matter.
  const isCut = (each: Element) => each.closest('.skip, .thumb, .preview, .log ol, svg, .toasts') !== null;
  for (const { each, box } of seen('*')) {
    if (isCut(each) || (box.left >= -1 && box.right <= innerWidth + 1)) continue;
    broken.push(`${each.tagName} "${nameOf(each)}" sticks out: ${Math.round(box.left)} to ${Math.round(box.right)}`);
  }

  // Text that is longer than its box, where nothing hides or scrolls it.
  for (const { each } of seen('*')) {
    const { overflowX, display } = getComputedStyle(each);
    if (isCut(each) || overflowX !== 'visible' || display === 'inline' || each.clientWidth === 0) continue;
    if (each.scrollWidth > each.clientWidth + 1)
      broken.push(`${each.tagName} "${nameOf(each)}" is longer than its box`);
  }

  const controls =
    'button, select, summary, .tabs a, .settings a, .pills span, .file-button, input:not([type=radio], [type=checkbox], [type=file])';
  const targets = seen(controls);
  for (const { each, box } of targets) {
    if (box.height < 43.5 || box.width < 43.5)
      broken.push(`${nameOf(each)} is ${Math.round(box.width)} by ${Math.round(box.height)}`);
  }
  for (const [at, one] of targets.entries()) {
    for (const other of targets.slice(at + 1)) {
      if (one.each.contains(other.each) || other.each.contains(one.each)) continue;
      const [a, b] = [one.box, other.box];
      const isOver = a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
      // The bar stays while the rest goes by beneath it.
      if (isOver && !one.each.closest('.attack-bar') && !other.each.closest('.attack-bar'))
        broken.push(`${nameOf(one.each)} lies on ${nameOf(other.each)}`);
    }
  }

  const boxes: Record<string, Box[]> = {};
  for (const [name, selector] of Object.entries(selectors)) {
    const found = seen(selector, document);
    if (found.length === 0) continue;
    let row = -1;
    let bottom = -Infinity;
    boxes[name] = found.map(({ box }) => {
      if (box.top >= bottom - 1) row += 1;
      bottom = box.top >= bottom - 1 ? box.bottom : Math.max(bottom, box.bottom);
      return [Math.round(box.left), Math.round(box.width), row];
    });
    // Left to right and down, as it is read out.
    for (const [at, { box }] of found.entries()) {
      const before = found[at - 1];
      if (before && before.each.parentElement?.parentElement === found[at]!.each.parentElement?.parentElement) {
        const isAfter = box.top >= before.box.bottom - 1 || box.left >= before.box.right - 1;
        if (!isAfter) broken.push(`${name} ${at + 1} comes before ${name} ${at} on the screen`);
      }
    }
  }
  return { broken, boxes };
}
