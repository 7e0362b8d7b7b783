export { createMail } from './mail.js';
export type { Mail } from './port.js';
