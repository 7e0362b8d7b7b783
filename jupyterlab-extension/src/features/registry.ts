import { Token } from '@lumino/coreutils';
import { addMessages } from '../i18n/messages.js';
import { Observable } from '../lib/observable.js';
import type { Kargah } from '../tokens.js';
import type { Feature, PanelPart } from './feature.js';

/** The features that are registered; they stay as long as JupyterLab's page does. */
export class Features {
  readonly all = new Observable<readonly Feature[]>([]);
  /** What the panel shows, of the features whose code is here. */
  readonly parts = new Observable<readonly PanelPart[]>([]);
  private readonly loaded = new Map<string, PanelPart>();

  add(feature: Feature): void {
    if (this.all.get().some(({ id }) => id === feature.id))
      throw new Error(`there are two features called ${feature.id}`);
    addMessages(feature.messages ?? {});
    this.all.update((all) => [...all, feature]);
  }

  /** Called for each feature that is registered, and for each that will be. */
  each(visit: (feature: Feature) => void): void {
    const seen = new Set<Feature>();
    const go = (all: readonly Feature[]): void => {
      for (const feature of all.filter((one) => !seen.has(one))) {
        seen.add(feature);
        visit(feature);
      }
    };
    this.all.subscribe(go);
    go(this.all.get());
  }

  /** Registers the features' lists, and starts what runs without a page or panel. */
  startWith(kargah: Kargah): void {
    this.each((feature) => {
      feature.lists?.forEach((list) => list.addTo(kargah.store));
      feature.start?.(kargah);
    });
  }

  /** Fetches the code of what the panel shows; what could not be fetched is fetched when it is asked for again. */
  async loadPanels(): Promise<void> {
    const features = this.all.get();
    await Promise.all(
      features.map(async ({ id, panel }) => {
        if (panel !== undefined && !this.loaded.has(id)) this.loaded.set(id, (await panel()).default);
      }),
    );
    // In the order of registration, whichever code came first.
    const parts = features.flatMap(({ id }) => this.loaded.get(id) ?? []);
    const before = this.parts.get();
    if (parts.length !== before.length || parts.some((part, at) => part !== before[at])) this.parts.set(parts);
  }
}

export type IKargahFeatures = Pick<Features, 'add'>;
export const IKargahFeatures = new Token<Features>(
  '@kargah/jupyterlab-extension:IKargahFeatures',
  'Registers what shows itself in the panel: sections, pages, commands, lists and texts.',
);
