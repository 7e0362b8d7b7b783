import { Observable } from '../../lib/observable.js';

/** Whether the panel's search is to take the focus, as soon as it is there. */
export const wantedSearch = new Observable(false);
