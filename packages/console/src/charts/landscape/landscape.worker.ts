import { answerLandscape } from './answer-landscape.js';
import type { LandscapeQuestion } from './landscape-question.js';

// Fitting takes up to a second or so: it is done beside the page, not in it.
self.addEventListener('message', (message: MessageEvent<LandscapeQuestion>) => {
  self.postMessage(answerLandscape(message.data));
});
