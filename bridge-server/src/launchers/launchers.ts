import type { LauncherName } from '../contract/training/training.js';
import { KargahError } from '../lib/errors.js';
import type {
  ConfiguredLauncher,
  JobPlace,
  JobSpec,
  Launcher,
  LaunchHandle,
  LaunchPlan,
  LogPart,
  Outcome,
  Probe,
} from './port.js';

/** The launcher of handles that name none: they were written when it was the only one. */
const OF_OLD_HANDLES: LauncherName = 'local';

/** The launchers of a server as one: each job goes to the one that it names, and stays with it. */
export class Launchers implements Launcher {
  readonly #opened = new Map<LauncherName, ConfiguredLauncher>();

  /** @param names what is offered, the usual one first */
  constructor(
    private readonly names: readonly [LauncherName, ...LauncherName[]],
    private readonly open: (name: LauncherName) => ConfiguredLauncher,
  ) {}

  start(): void {
    for (const name of this.names) this.#named(name).start?.();
  }

  /** Jobs go on. */
  async close(): Promise<void> {
    await Promise.all([...this.#opened.values()].map(async (launcher) => launcher.close?.()));
  }

  /** @throws {KargahError} `launcher_not_offered` */
  plan(spec: JobSpec): LaunchPlan {
    return this.#named(this.#offered(spec)).plan(spec);
  }

  /** @throws {KargahError} `launcher_not_offered`: it was accepted when the server still had that launcher. */
  async submit(spec: JobSpec): Promise<LaunchHandle> {
    const launcher = this.#offered(spec);
    return { ...(await this.#named(launcher).submit(spec)), launcher };
  }

  probe(handle: LaunchHandle): Promise<Probe> {
    return this.#of(handle).probe(handle);
  }

  watch(handle: LaunchHandle, ended: () => void): () => void {
    return this.#of(handle).watch(handle, ended);
  }

  stop(handle: LaunchHandle, graceSeconds: number): Promise<void> {
    return this.#of(handle).stop(handle, graceSeconds);
  }

  logs(handle: LaunchHandle, offset: number, limit: number): Promise<LogPart> {
    return this.#of(handle).logs(handle, offset, limit);
  }

  async find(place: JobPlace): Promise<LaunchHandle | null> {
    const launcher = place.launcher ?? this.names[0];
    const handle = await this.#named(launcher).find(place);
    return handle && { ...handle, launcher };
  }

  endAll(place: JobPlace): Promise<Outcome | null> {
    return this.#named(place.launcher ?? this.names[0]).endAll(place);
  }

  fenceOff(place: JobPlace): Promise<Outcome | null> {
    return this.#named(place.launcher ?? this.names[0]).fenceOff(place);
  }

  #offered({ launcher }: JobPlace): LauncherName {
    const name = launcher ?? this.names[0];
    if (!this.names.includes(name))
      throw new KargahError('launcher_not_offered', { launcher: name, offered: this.names.join(', ') });
    return name;
  }

  /** A job that runs is watched and stopped also where its launcher is no longer offered. */
  #of({ launcher = OF_OLD_HANDLES }: LaunchHandle): ConfiguredLauncher {
    return this.#named(launcher);
  }

  #named(name: LauncherName): ConfiguredLauncher {
    const opened = this.#opened.get(name) ?? this.open(name);
    this.#opened.set(name, opened);
    return opened;
  }
}
