import type { ISettingRegistry } from '@jupyterlab/settingregistry';

const SETTINGS_ID = '@kargah/jupyterlab-extension:plugin';

/** Our settings in JupyterLab; null where it has none, or could not read them. */
export async function settingsOf(registry: ISettingRegistry | null): Promise<ISettingRegistry.ISettings | null> {
  return (await registry?.load(SETTINGS_ID).catch(() => undefined)) ?? null;
}
