/** How much attention a window asks for. */
export type Pressure = 'calm' | 'warning' | 'full';

/** From here on a window is nearly used up. */
const warningShare = 0.9;

export function pressureOf(used: number, limit: number): Pressure {
  if (used >= limit) {
    return 'full';
  }
  return used >= warningShare * limit ? 'warning' : 'calm';
}

/**
 * An image cannot use theme variables, so these are the colours of icons, warnings and errors in
 * Dark Modern and Light Modern.
 */
const colours = {
  dark: { calm: '#c5c5c5', warning: '#cca700', full: '#f48771' },
  light: { calm: '#424242', warning: '#8a6100', full: '#a1260d' },
} as const;

const innerWidth = 12;

/** A bar of 16 px, filled up to `share` (0 to 1), as an SVG document. */
export function gaugeSvg(share: number, pressure: Pressure, theme: keyof typeof colours): string {
  const colour = colours[theme][pressure];
  const width = Math.round(Math.min(Math.max(share, 0), 1) * innerWidth * 10) / 10;
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">' +
    `<rect x="0.5" y="4.5" width="15" height="7" rx="1" fill="none" stroke="${colour}"/>` +
    `<rect x="2" y="6" width="${width}" height="4" fill="${colour}"/></svg>`
  );
}
