import { downloads } from '../load/downloads.js';
import { hold, letGo } from '../load/neighbours.js';
import { waits } from '../load/patient.js';
import { requests } from '../load/requests.js';
import { uploads } from '../load/uploads.js';
import { serve } from './remote.js';

/** The clients, in a process of their own. */
serve({ uploads, downloads, requests, hold, letGo, waits });
