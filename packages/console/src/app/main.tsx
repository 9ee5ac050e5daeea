import '../design/tokens.css';
import '../design/base.css';
import '../design/layout.css';
import '../design/controls.css';
import '../design/tables.css';
import { createRoot } from 'react-dom/client';
import { config } from 'zod';
import { startSession } from '../data/session.js';
import { startTheme } from '../design/theme.js';
import { App } from './app.js';

// The page forbids itself code made from text, which is how zod would make itself faster.
config({ jitless: true });
startTheme();
startSession();
const place = document.getElementById('console');
if (place !== null) createRoot(place).render(<App />);
