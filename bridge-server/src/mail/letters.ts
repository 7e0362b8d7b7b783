import type { Letter } from './port.js';

const ROLES = {
  owner: { fa: 'مالک', en: 'owner' },
  editor: { fa: 'ویرایشگر', en: 'editor' },
  viewer: { fa: 'بیننده', en: 'viewer' },
} as const;

interface Said {
  readonly title: string;
  readonly body: string;
  readonly act: string;
  readonly until: string;
}

/** As nobody has told the server which language somebody reads, every letter is in both. */
export function written(letter: Letter, labUrl: string): { subject: string; text: string; html: string } {
  const link = linkOf(letter, labUrl);
  const { fa, en } = letter.kind === 'invitation' ? invitation(letter) : reset(letter);
  return {
    subject: `${fa.title} | ${en.title}`,
    text: [
      fa.title,
      '',
      fa.body,
      fa.until,
      '',
      link,
      '',
      '--------',
      '',
      en.title,
      '',
      en.body,
      en.until,
      '',
      link,
      '',
    ].join('\n'),
    html: [
      '<!doctype html><html><head><meta charset="utf-8"></head>',
      '<body style="font-family: Vazirmatn, Tahoma, sans-serif; line-height: 1.7">',
      section('fa', fa, link),
      '<hr>',
      section('en', en, link),
      '</body></html>',
    ].join('\n'),
  };
}

/** The token stands behind `#`, which no server is sent; the page takes it out of the address. */
function linkOf({ kind, token }: Letter, labUrl: string): string {
  return `${labUrl}#kargah-${kind}=${token}`;
}

function invitation({ project, role, from, expires_at }: Extract<Letter, { kind: 'invitation' }>) {
  return {
    fa: {
      title: `کارگاه: دعوت به «${isolated(project)}»`,
      body: `${isolated(from)} شما را با نقش ${ROLES[role].fa} به پروژهٔ «${isolated(project)}» دعوت کرده است.`,
      act: 'پذیرفتن دعوت',
      until: `این پیوند یک بار و تا ${moment(expires_at, 'fa-IR')} کار می‌کند.`,
    },
    en: {
      title: `Kargah: an invitation to “${isolated(project)}”`,
      body: `${isolated(from)} invites you to the project “${isolated(project)}” as ${ROLES[role].en}.`,
      act: 'Accept the invitation',
      until: `This link works once, until ${moment(expires_at, 'en-GB')}.`,
    },
  };
}

function reset({ from, expires_at }: Extract<Letter, { kind: 'reset' }>) {
  return {
    fa: {
      title: 'کارگاه: رمز عبور جدید',
      body: `${isolated(from)}، مدیر کارگاه، پیوندی برای انتخاب رمز عبور جدید برایتان ساخته است.`,
      act: 'انتخاب رمز جدید',
      until: `این پیوند یک بار و تا ${moment(expires_at, 'fa-IR')} کار می‌کند.`,
    },
    en: {
      title: 'Kargah: a new password',
      body: `${isolated(from)}, an administrator of Kargah, made a link with which you choose a new password.`,
      act: 'Choose a new password',
      until: `This link works once, until ${moment(expires_at, 'en-GB')}.`,
    },
  };
}

function section(lang: 'fa' | 'en', { title, body, act, until }: Said, link: string): string {
  const href = escaped(link);
  return [
    `<div lang="${lang}" dir="${lang === 'fa' ? 'rtl' : 'ltr'}">`,
    `<h2>${escaped(title)}</h2>`,
    `<p>${escaped(body)}</p>`,
    `<p><a href="${href}">${escaped(act)}</a></p>`,
    `<p>${escaped(until)}</p>`,
    `<p dir="ltr"><code>${href}</code></p>`,
    '</div>',
  ].join('\n');
}

/** Names that people gave stand apart from the sentence's direction. */
function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}

function moment(timestamp: string, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return `${format.format(new Date(timestamp))} (UTC)`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
function escaped(text: string): string {
  return text.replace(/[&<>"']/gu, (letter) => ENTITIES[letter]!);
}
