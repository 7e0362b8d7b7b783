// What the tables say, and what the ledger says must be in them.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** In words, every difference between the tables and the ledger; none where each act has its row and each row its act. */
export function differences(dataDir) {
  const db = new DatabaseSync(join(dataDir, 'kargah.db'), { timeout: 5000 });
  try {
    const integrity = db.prepare('pragma integrity_check').get().integrity_check;
    return [...(integrity === 'ok' ? [] : [`the database is damaged: ${integrity}`]), ...compared(db)];
  } finally {
    db.close();
  }
}

function compared(db) {
  const all = (text) => db.prepare(text).all();
  const rows = all('select * from ledger order by seq');
  const ids = (action) => rows.filter((row) => row.action === action).map((row) => row.object_id);
  const last = (kind, actions) => {
    const found = new Map();
    for (const row of rows)
      if (row.object_kind === kind && actions.includes(row.action))
        found.set(row.object_id, JSON.parse(row.after_json));
    return found;
  };
  const wrong = [];
  const same = (what, table, told) => {
    const [is, said] = [new Set(table), new Set(told)];
    for (const one of is) if (!said.has(one)) wrong.push(`${what} ${one} is there, and no row tells of it`);
    for (const one of said) if (!is.has(one)) wrong.push(`a row tells of ${what} ${one}, which is not so`);
    if (told.length !== said.size) wrong.push(`${what}: something is told twice`);
  };
  const column = (text) => all(text).map((row) => String(Object.values(row)[0]));

  same('account', column('select id from "user"'), ids('person.register'));
  const revoked = new Set(ids('token.revoke'));
  const gone = new Map();
  for (const row of rows) if (row.action === 'person.sign_out') gone.set(row.object_id, row.seq);
  const tokens = rows.filter(
    (row) => row.action === 'token.make' && !revoked.has(row.object_id) && !(gone.get(row.actor_id) > row.seq),
  );
  same(
    'token',
    column('select token_id from api_tokens'),
    tokens.map((row) => row.object_id),
  );
  // The first project of a person is made by the bridge itself and has no row.
  const made = ids('project.make');
  const named = last('project', ['project.make', 'project.change']);
  const projects = all('select project_id, name from projects').filter(({ project_id: id }) => made.includes(id));
  same(
    'project',
    projects.map((row) => row.project_id),
    made,
  );
  for (const { project_id: id, name } of projects)
    if (named.get(id).name !== name)
      wrong.push(`project ${id} is called ${name}, and the ledger says ${named.get(id).name}`);
  same('invitation', column('select invitation_id from invitations'), ids('invitation.make'));
  const ended = column('select invitation_id from invitations where revoked_at is not null');
  same('revocation of', ended, [...new Set(ids('invitation.revoke'))]);
  const standing = last('person', ['person.change']);
  for (const { id, role, disabledAt } of all('select id, role, "disabledAt" from "user"')) {
    const registered = rows.find((row) => row.action === 'person.register' && row.object_id === id);
    const said = standing.get(id) ?? { role: registered && JSON.parse(registered.after_json).role, disabled: false };
    if (said.role !== role || said.disabled !== (disabledAt !== null))
      wrong.push(`${id} is ${role}, disabled at ${String(disabledAt)}, and the ledger says ${JSON.stringify(said)}`);
  }
  const mode = rows.filter((row) => row.action === 'server.signup').at(-1);
  const set = all(`select value_json from server_settings where name = 'signup'`)[0];
  const says = mode === undefined ? undefined : JSON.parse(mode.after_json).signup;
  if ((set === undefined ? undefined : JSON.parse(set.value_json)) !== says)
    wrong.push(`sign-up is ${String(set?.value_json)}, and the ledger says ${String(says)}`);
  return wrong;
}
