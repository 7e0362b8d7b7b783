import type { Errors } from './entry.js';

/** Projects, their members and invitations. */
export const PROJECTS = {
  last_owner: {
    status: 409,
    en: 'This is the project’s last owner; make somebody else an owner first, or delete the project.',
    fa: 'این آخرین مالک پروژه است؛ اول کس دیگری را مالک کنید یا پروژه را حذف کنید.',
  },
  already_member: {
    status: 409,
    en: 'You are a member of this project already; the invitation is still good for somebody else.',
    fa: 'شما از پیش عضو این پروژه‌اید؛ دعوت برای کس دیگری همچنان معتبر است.',
  },
  invitation_unknown: {
    status: 404,
    en: 'This is not an invitation of this Kargah; copy the whole link, or ask for a new one.',
    fa: 'این دعوتِ این کارگاه نیست؛ پیوند را کامل کپی کنید یا دعوت تازه‌ای بخواهید.',
  },
  invitation_used: {
    status: 410,
    en: 'This invitation has been used; ask an owner of the project for a new one.',
    fa: 'این دعوت استفاده شده است؛ از یکی از مالکان پروژه دعوت تازه‌ای بخواهید.',
  },
  invitation_expired: {
    status: 410,
    en: 'This invitation has expired; ask an owner of the project for a new one.',
    fa: 'مهلت این دعوت گذشته است؛ از یکی از مالکان پروژه دعوت تازه‌ای بخواهید.',
  },
  invitation_revoked: {
    status: 410,
    en: 'This invitation was revoked; ask an owner of the project for a new one.',
    fa: 'این دعوت پس گرفته شده است؛ از یکی از مالکان پروژه دعوت تازه‌ای بخواهید.',
  },
  invitation_taken: {
    status: 409,
    en: 'Somebody joined by this invitation; you can take them out of the project.',
    fa: 'کسی با این دعوت عضو شده است؛ می‌توانید او را از پروژه بیرون ببرید.',
  },
  too_many_invitations: {
    status: 409,
    en: 'The project has {max} open invitations; revoke those that are no longer needed.',
    fa: 'پروژه {max} دعوت باز دارد؛ آن‌هایی را که دیگر لازم نیست پس بگیرید.',
  },
  project_name_differs: {
    status: 422,
    en: 'This is not the project’s name; write it exactly as it is shown: {name}',
    fa: 'این نام پروژه نیست؛ آن را درست همان‌گونه که نشان داده شده بنویسید: {name}',
  },
  project_is_first: {
    status: 409,
    en: 'This is the first project of one of its owners, who always keep one. Delete what is in it instead.',
    fa: 'این پروژهٔ نخست یکی از مالکان آن است و هر کس همیشه یکی دارد. به جای آن، آنچه را در آن است حذف کنید.',
  },
} as const satisfies Errors;
