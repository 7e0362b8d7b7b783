export { openLog } from './log.js';
