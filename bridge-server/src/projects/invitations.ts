import { randomBytes } from 'node:crypto';
import type { Person } from '../access/caller.js';
import { openInvitation, stateOf, useInvitation } from '../access/invitations.js';
import type { Invitation, Project, ProjectRole } from '../contract/projects.js';
import { KargahError } from '../lib/errors.js';
import { sha256 } from '../lib/hash.js';
import { newId } from '../lib/ids.js';
import type { Ledger } from '../ledger/index.js';
import type { Mail } from '../mail/index.js';
import type { Mailed } from '../contract/mail.js';
import { decodeCursor, encodeCursor } from '../lib/pages.js';
import type { InvitationRow, InvitationStore } from './invitation-store.js';
import { actOn as actOnMember, type PageQuery, type ProjectService } from './service.js';
import type { ProjectStore } from './store.js';

const DAY = 86_400_000;
/** What a project may have open at a time: each is a way in. */
const MOST_OPEN = 100;

interface InvitationDeps {
  readonly store: InvitationStore;
  readonly projects: ProjectService;
  readonly members: ProjectStore;
  readonly ledger: Ledger;
  readonly mail: Mail;
}

/** Invitations into projects: a token that is shown once and kept as its SHA-256, for one person and one role. */
export class Invitations {
  constructor(private readonly deps: InvitationDeps) {}

  async create(
    caller: Person,
    projectId: string,
    {
      role,
      expires_in_days: days,
      email,
    }: { readonly role: ProjectRole; readonly expires_in_days: number; readonly email?: string | undefined },
  ): Promise<Invitation & { readonly token: string; readonly mailed: Mailed | null }> {
    await this.deps.projects.require(caller, 'project.manage', projectId);
    const now = Date.now();
    const created_at = new Date(now).toISOString();
    if ((await this.deps.store.countOpen(projectId, created_at)) >= MOST_OPEN)
      throw new KargahError('too_many_invitations', { max: MOST_OPEN });
    if (email !== undefined) this.deps.mail.admit(caller.userId);
    const token = `kgi_${randomBytes(32).toString('base64url')}`;
    const invitation_id = newId('inv');
    const expires_at = new Date(now + days * DAY).toISOString();
    const row = {
      invitation_id,
      project_id: projectId,
      role,
      sha256: sha256(token),
      created_by: caller.userId,
      created_at,
      expires_at,
      used_at: null,
      used_by: null,
      revoked_at: null,
      sent_to: email ?? null,
    };
    const act = { ...actOn(caller, projectId, invitation_id), action: 'invitation.make' } as const;
    await this.deps.store.insert(row, (trx) =>
      this.deps.ledger.record(trx, { ...act, after: { role, expires_at, ...(email && { email }) } }),
    );
    const made = (await this.deps.store.find(projectId, invitation_id))!;
    const letter = {
      kind: 'invitation',
      token,
      project: made.project_name,
      role,
      from: caller.name,
      expires_at,
    } as const;
    const mailed = email === undefined ? null : await this.deps.mail.send(email, letter);
    return { ...shown(made), token, mailed };
  }

  async list(caller: Person, projectId: string, { limit, cursor }: PageQuery) {
    await this.deps.projects.require(caller, 'project.manage', projectId);
    const before = cursor === undefined ? undefined : decodeCursor(cursor);
    const found = await this.deps.store.list(projectId, limit + 1, before);
    const rows = found.slice(0, limit);
    const last = found.length > limit ? rows.at(-1) : undefined;
    return { items: rows.map(shown), next_cursor: last ? encodeCursor([last.created_at, last.invitation_id]) : null };
  }

  /** One that has expired or is revoked already is as it should be. */
  async revoke(caller: Person, projectId: string, invitationId: string): Promise<void> {
    await this.deps.projects.require(caller, 'project.manage', projectId);
    const row = await this.deps.store.find(projectId, invitationId);
    if (row === undefined) throw new KargahError('not_found');
    const act = { ...actOn(caller, projectId, invitationId), action: 'invitation.revoke' } as const;
    const revoked = await this.deps.store.revoke(invitationId, new Date().toISOString(), (trx) =>
      this.deps.ledger.record(trx, { ...act, before: { role: row.role, expires_at: row.expires_at } }),
    );
    if (!revoked) throw new KargahError('invitation_taken');
  }

  /** @throws {KargahError} `invitation_unknown`, `invitation_used`, `invitation_expired`, `invitation_revoked` */
  async offer(token: string) {
    const row = await openInvitation(this.deps.members.db, token);
    return {
      project_name: row.project_name,
      invited_by: row.created_by_name ?? '',
      role: row.role,
      expires_at: row.expires_at,
    };
  }

  /** @throws {KargahError} as {@link offer}, and `already_member`: then it can still be used. */
  async accept(caller: Person, token: string): Promise<Project> {
    const row = await openInvitation(this.deps.members.db, token);
    const { invitation_id: invitation, project_id: projectId, role } = row;
    const outcome = { isIn: false };
    await this.deps.members.changeMembers(projectId, async (members) => {
      if ((await members.roleOf(caller.userId)) !== null) throw new KargahError('already_member');
      const used = { used_at: new Date().toISOString(), used_by: caller.userId };
      outcome.isIn = await useInvitation(members.trx, row, used);
      if (!outcome.isIn) return [];
      await members.add(caller.userId, role);
      const after = { role, user_id: caller.userId };
      return [
        { ...actOn(caller, projectId, invitation), action: 'invitation.accept', after },
        { ...actOnMember(caller, projectId, caller.userId), action: 'member.add', after: { role, invitation } },
      ];
    });
    // Somebody used or revoked it meanwhile: the row says which.
    if (!outcome.isIn) {
      await openInvitation(this.deps.members.db, token);
      throw new KargahError('conflict');
    }
    await this.deps.projects.changed([caller.userId]);
    return this.deps.projects.shown(caller, projectId);
  }
}

function actOn(caller: Person, projectId: string, invitationId: string) {
  return { caller, object: { kind: 'invitation', id: invitationId }, projectId } as const;
}

function shown(row: InvitationRow): Invitation {
  return {
    invitation_id: row.invitation_id,
    role: row.role,
    state: stateOf(row),
    created_by: { user_id: row.created_by, name: row.created_by_name ?? '' },
    created_at: row.created_at,
    expires_at: row.expires_at,
    sent_to: row.sent_to,
    used_by: row.used_by === null ? null : { user_id: row.used_by, name: row.used_by_name ?? '' },
  };
}
