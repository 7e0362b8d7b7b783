// What is done while the bridge is killed: acts of every kind that tables can be asked about afterwards.

const MODES = ['open', 'invitation', 'open', 'closed', 'first'];

/** Acts of one lane, one after the other, that follow from `dice`; `name` is in the names of what they make. */
export function* acts(dice, name) {
  const made = { projects: [], tokens: [], people: [], invitations: [] };
  const known = (kind) => made[kind][dice.below(made[kind].length)];
  for (let n = 0; ; n += 1) {
    const unique = `${name}-${String(n)}`;
    yield (
      dice.weighted([
        [2, makeProject(made, unique)],
        [2, made.projects.length > 0 && renameProject(known('projects'), unique)],
        [2, makeToken(made, unique)],
        [2, made.tokens.length > 0 && revokeToken(made)],
        [2, made.projects.length > 0 && invite(made, known('projects'))],
        [1, made.invitations.length > 0 && revokeInvitation(made)],
        // Passwords are hashed, which takes longer than all the rest.
        [0.3, register(made, unique)],
        [2, made.people.length > 0 && changePerson(known('people'), dice)],
        [1, made.people.length > 0 && signOut(known('people'))],
        [1, setMode(MODES[dice.below(MODES.length)])],
      ]) || makeToken(made, unique)
    );
  }
}

const makeProject = (made, name) => async (ask) => {
  const { status, body } = await ask('POST', '/api/v1/projects', { name });
  if (status === 201) made.projects.push(body.project_id);
};
const renameProject = (project, name) => (ask) => ask('PATCH', `/api/v1/projects/${project}`, { name: `now ${name}` });
const makeToken = (made, name) => async (ask) => {
  const { status, body } = await ask('POST', '/api/v1/auth/tokens', { name });
  if (status === 201) made.tokens.push(body.token_id);
};
const revokeToken = (made) => (ask) => ask('DELETE', `/api/v1/auth/tokens/${made.tokens.pop()}`);
const invite = (made, project) => async (ask) => {
  const path = `/api/v1/projects/${project}/invitations`;
  const { status, body } = await ask('POST', path, { role: 'viewer' });
  if (status === 201) made.invitations.push(`${path}/${body.invitation_id}`);
};
const revokeInvitation = (made) => (ask) => ask('DELETE', made.invitations.pop());
const register = (made, name) => async (ask) => {
  const account = { email: `p${name}@example.org`, name, password: 'a sentence nobody guesses' };
  const { status, body } = await ask('POST', '/api/v1/auth/register', account);
  if (status === 201) made.people.push(body.user.user_id);
};
const changePerson = (person, dice) => {
  const change = dice.below(2) === 0 ? { disabled: dice.below(2) === 0 } : { role: ['admin', 'user'][dice.below(2)] };
  return (ask) => ask('PATCH', `/api/v1/people/${person}`, change);
};
const signOut = (person) => (ask) => ask('POST', `/api/v1/people/${person}/sign-out`, { tokens: true });
const setMode = (signup) => (ask) => ask('PATCH', '/api/v1/server/settings', { signup });
