// What is done while the bridge is killed: aliases of a few models moved, moved back and taken away by several at once.

import { URLSearchParams } from 'node:url';

const MODELS = ['price', 'قیمت', 'churn'];
const ALIASES = ['champion', 'challenger'];
const VERSIONS = 4;

/** Models with versions, whose aliases move without a check, so that nothing but the moving takes time. */
export async function prepare(bridge) {
  const done = async (method, path, body) => {
    const answer = await bridge.askPatiently(method, path, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${String(answer.status)} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const mlflow = (path, body) => done('POST', `/mlflow/api/2.0/mlflow/${path}`, body);
  const { items } = await done('GET', '/api/v1/projects');
  const rules = { aliases: Object.fromEntries(ALIASES.map((alias) => [alias, {}])), revision: 0 };
  await done('PUT', `/api/v1/projects/${items[0].project_id}/model-rules`, rules);
  const { run } = await mlflow('runs/create', { start_time: 1 });
  for (const name of MODELS) {
    await mlflow('registered-models/create', { name });
    for (let n = 0; n < VERSIONS; n += 1)
      await mlflow('model-versions/create', {
        name,
        source: `${run.info.artifact_uri}/model`,
        run_id: run.info.run_id,
      });
  }
}

/** Acts of one lane, one after the other, that follow from `dice`; each answers the move that it was told of, if any. */
export function* acts(dice) {
  for (;;) {
    const at = `/api/v1/models/${encodeURIComponent(MODELS[dice.below(MODELS.length)])}`;
    const alias = ALIASES[dice.below(ALIASES.length)];
    const version = 1 + dice.below(VERSIONS);
    yield dice.weighted([
      [4, promote(at, alias, version)],
      [3, rollBack(at, alias)],
      [1, takeAway(at, alias)],
    ]);
  }
}

const promote = (at, alias, version) => async (ask) => {
  const { status, body } = await ask('POST', `${at}/requests`, { version, alias, why: 'crash' });
  return status === 201 && body.state === 'done' ? { request_id: body.request_id } : null;
};
const rollBack = (at, alias) => async (ask) => {
  const { status, body } = await ask('POST', `${at}/aliases/${alias}/rollback`, { why: 'crash' });
  return status === 200 ? { move_id: body.move_id } : null;
};
const takeAway = (at, alias) => async (ask) => {
  await ask('DELETE', `${at}/aliases/${alias}`);
  return null;
};

/** In words, every alias that MLflow has elsewhere than the bridge's tables say. */
export async function strayed(bridge, stages) {
  const wrong = [];
  for (const { name, alias, version } of stages) {
    const query = new URLSearchParams({ name, alias });
    const { status, body } = await bridge.askPatiently(
      'GET',
      `/mlflow/api/2.0/mlflow/registered-models/alias?${query.toString()}`,
    );
    const has = status === 200 ? Number(body.model_version.version) : null;
    if (has !== version)
      wrong.push(`${name}@${alias} is ${String(version)}, and MLflow has ${has === null ? `none` : String(has)}`);
  }
  return wrong;
}
