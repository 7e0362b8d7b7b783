// What the tables of promotion say, compared with each other, with the ledger and with what was answered.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export class Promotion {
  #db;

  constructor(dataDir) {
    this.#db = new DatabaseSync(join(dataDir, 'kargah.db'), { timeout: 5000 });
  }

  close() {
    this.#db.close();
  }

  #all(text) {
    return this.#db.prepare(text).all();
  }

  stages() {
    return this.#all('select name, alias, version, revision from model_stages');
  }

  /** Of how many aliases MLflow is still to be told. */
  untold() {
    return this.#all('select count(*) as n from model_outbox')[0].n;
  }

  /** How many requests are being checked, which after a start are none. */
  checking() {
    return this.#all(`select count(*) as n from model_requests where state = 'checking'`)[0].n;
  }

  moves() {
    return this.#all('select count(*) as n from model_moves')[0].n;
  }

  /** @param answered the moves that somebody was told of */
  differences(answered) {
    const wrong = [];
    const damage = this.#all('pragma integrity_check')[0].integrity_check;
    if (damage !== 'ok') wrong.push(`the database is damaged: ${damage}`);
    const chains = Map.groupBy(
      this.#all('select * from model_moves order by revision'),
      ({ name, alias }) => `${name}@${alias}`,
    );
    const ledger = Map.groupBy(
      this.#all(
        `select * from ledger where action in ('model.promote', 'model.roll_back', 'model.demote') order by seq`,
      ),
      (row) => row.object_id,
    );
    const stages = new Map(this.stages().map((stage) => [`${stage.name}@${stage.alias}`, stage]));
    const shown = new Map(this.#all('select * from model_aliases').map((row) => [`${row.name}@${row.alias}`, row]));
    for (const place of new Set([...chains.keys(), ...ledger.keys(), ...stages.keys(), ...shown.keys()])) {
      const moves = chains.get(place) ?? [];
      const last = moves.at(-1);
      const stage = stages.get(place);
      if (stage?.version !== last?.to_version || stage?.revision !== last?.revision)
        wrong.push(`${place} is ${String(stage?.version)}, and its last move was to ${String(last?.to_version)}`);
      if ((shown.get(place)?.version ?? null) !== (stage?.version ?? null))
        wrong.push(`lists show ${place} at ${String(shown.get(place)?.version)}, not ${String(stage?.version)}`);
      for (const [n, move] of moves.entries())
        if (move.revision !== n + 1 || move.from_version !== (moves[n - 1]?.to_version ?? null))
          wrong.push(`${place}: move ${String(n + 1)} does not follow from the one before`);
      const told = (ledger.get(place) ?? []).map((row) => JSON.parse(row.after_json).version);
      if (JSON.stringify(told) !== JSON.stringify(moves.map((move) => move.to_version)))
        wrong.push(`${place} moved ${String(moves.length)} times, and the ledger says ${JSON.stringify(told)}`);
    }
    const known = [...chains.values()].flat();
    const count = (id) => known.filter((move) => move.request_id === id).length;
    for (const { request_id: id, state } of this.#all('select request_id, state from model_requests'))
      if (count(id) !== (state === 'done' ? 1 : 0))
        wrong.push(`request ${id} is ${state} and moved ${String(count(id))} times`);
    for (const { request_id: request, move_id: id } of answered)
      if (!known.some((move) => move.move_id === id || (request !== undefined && move.request_id === request)))
        wrong.push(`${id ?? request} was answered, and is no move`);
    return wrong;
  }
}
