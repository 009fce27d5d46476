import type { BrowserPage } from '@holdfast/runtime/testing/browser-page';

/** What keeps people from reading a page, by https://www.w3.org/TR/WCAG22/ (AA). Each is a list of offenders. */
export interface Barriers {
  /** Text with a contrast below 4.5. */
  readonly pale: readonly string[];
  /** Tables without a caption, or with a header that has no scope. */
  readonly tables: readonly string[];
  /** Headings that leave a level out. */
  readonly headings: readonly string[];
  /** Landmarks that are missing, controls and regions without a name. */
  readonly unnamed: readonly string[];
}

export const findings = (page: BrowserPage): Promise<Barriers> => page.evaluate<Barriers>(`(${inThePage})()`);

/** Runs in the browser. */
const inThePage = String.raw`() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const name = (element) => element.tagName.toLowerCase() + ' ' + element.textContent.trim().slice(0, 40);
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (channels(colour)[3] !== 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const contrast = (element) => {
    const [light, dark] = [luminance(getComputedStyle(element).color), luminance(ground(element))].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
  const levels = all('h1, h2, h3, h4').map((heading) => Number(heading.tagName[1]));
  return {
    pale: all('body *').filter((one) => hasText(one) && one.checkVisibility() && contrast(one) < 4.5).map(name),
    tables: all('table')
      .filter((one) => !one.caption?.textContent || [...one.querySelectorAll('th')].some((th) => !th.scope))
      .map(name),
    headings: all('h1, h2, h3, h4').filter((_, index) => levels[index] > (levels[index - 1] ?? 0) + 1).map(name),
    unnamed: [
      ...['header', 'nav[aria-label]', 'main'].filter((selector) => all(selector).length !== 1),
      ...all('button, a').filter((one) => one.textContent.trim() === '').map(name),
      ...all('section').filter((one) => !document.getElementById(one.getAttribute('aria-labelledby'))).map(name),
      ...(document.documentElement.lang ? [] : ['html']),
    ],
  };
}`;
