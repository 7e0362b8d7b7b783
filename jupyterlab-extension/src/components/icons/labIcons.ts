import { LabIcon } from '@jupyterlab/ui-components';
import { LOGO_PATHS } from './Icon.js';
import { PATHS, type IconName } from './paths.js';

const cache = new Map<string, LabIcon>();

/** One of our icons for JupyterLab's own places: tabs, menus, the launcher. */
export function labIcon(name: IconName): LabIcon {
  const known = cache.get(name);
  if (known !== undefined) {
    return known;
  }
  const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><path class="jp-icon3" fill="#616161" d="${PATHS[name]}"/></svg>`;
  const icon = new LabIcon({ name: `kargah:${name}`, svgstr });
  cache.set(name, icon);
  return icon;
}

export const logoIcon = new LabIcon({
  name: 'kargah:logo',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24" fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${LOGO_PATHS.map((d) => `<path class="jp-icon3-selectable kg-Logo" d="${d}"/>`).join('')}</svg>`,
});
