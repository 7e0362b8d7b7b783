// The stream of jobs: short ones that end in every way there is.
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Folder, notesAt, notesOfLog, Silence, until } from './outside.mjs';

const BEGUN_MS = 60_000;

const ENDINGS = [
  [8, 'end'],
  [3, 'exit3'],
  [2, 'segv'],
  [3, 'polite'],
  [1, 'stubborn'],
  [2, 'leaves'],
];
const WAYS = [
  [3, 'http'],
  [2, 'spool'],
];
/** Of all jobs, how many are a recipe's: their process begins before MLflow made their run. */
const ONE_RECIPE_IN = 12;
/** Of jobs that would end by themselves, how many are stopped before, wherever they are then. */
const STOPPED_ANYWAY = [
  [6, false],
  [1, true],
];

/** One job and everything that was done to it. */
export class Job {
  row = null;
  /** Faults that hit this job's own processes: `{what, outcomeStood}`. */
  hits = [];
  stopAsked = false;
  silence = new Silence();

  constructor(name, dice, { bridge, table, dataDir, notesDir, datasetId }) {
    Object.assign(this, { name, bridge, table, dataDir, datasetId });
    this.isRecipe = dice.below(ONE_RECIPE_IN) === 0;
    this.ending = this.isRecipe ? 'end' : dice.weighted(ENDINGS);
    this.way = this.isRecipe ? 'recipe' : dice.weighted(WAYS);
    this.points = 1 + dice.below(6);
    this.pauseMs = dice.below(120);
    this.stops = ['polite', 'stubborn'].includes(this.ending) || dice.weighted(STOPPED_ANYWAY);
    this.stopAfterMs = dice.below(700);
    this.stopsOnceBegun = dice.below(4) > 0;
    this.notesPath = join(notesDir, name);
  }

  get notes() {
    return this.isRecipe ? notesOfLog(this.folder.path) : notesAt(this.notesPath);
  }

  /** A submission that a killed bridge left unanswered is looked up before it is tried again. */
  async submit() {
    const args = [this.notesPath, this.way, this.ending, String(this.points), String(this.pauseMs)];
    const what = this.isRecipe
      ? { recipe: 'tabular', dataset_id: this.datasetId, params: { epochs: this.points, patience: 0 } }
      : { script: { path: 'job.py', args } };
    const request = { name: this.name, ...what, resources: { cpus: 1, memory_mb: this.isRecipe ? 2048 : 512 } };
    for (let tries = 0; this.row === null; tries += 1) {
      if (tries > 600) throw new Error(`${this.name} could not be submitted`);
      const answer = await this.bridge.ask('POST', '/api/v1/train', request).catch(() => null);
      if (answer?.status === 201) this.row = { job_id: answer.body.job_id };
      else if (answer !== null && answer.status < 500)
        throw new Error(`${this.name} was refused: ${JSON.stringify(answer.body)}`);
      else {
        await wait(100);
        this.row = this.table.named(this.name)[0] ?? null;
      }
    }
    this.id = this.row.job_id;
    this.folder = new Folder(this.dataDir, this.id);
  }

  /** Mostly once the job has begun, sometimes wherever it is then. */
  async stopLater() {
    if (!this.stops) return;
    if (this.stopsOnceBegun) await until(() => this.notes.begun > 0 || this.settled, BEGUN_MS, 20);
    await wait(this.stopAfterMs);
    this.stopAsked = true;
    const { status } = await this.bridge.askPatiently('POST', `/api/v1/train/jobs/${this.id}/stop`);
    if (![202, 409].includes(status)) throw new Error(`stop answered ${String(status)}`);
  }

  get state() {
    return this.table.job(this.id)?.state ?? null;
  }
}
