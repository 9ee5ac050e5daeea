import type { GetSearchSuggestionsRequest, GetSearchSuggestionsResponse } from '@aws-sdk/client-sagemaker';
import { operation } from '../operation.js';
import { jobKindOf } from '../search/job-kinds.js';
import { suggestedProperties } from '../search/suggested-properties.js';

export const getSearchSuggestions = operation<GetSearchSuggestionsRequest, GetSearchSuggestionsResponse>({
  name: 'GetSearchSuggestions',
  unknownJob: 'ResourceNotFound',
  async perform({ Resource, SuggestionQuery }, context) {
    const kind = jobKindOf(Resource);
    const hint = SuggestionQuery?.PropertyNameQuery?.PropertyNameHint ?? '';
    const names = kind === undefined ? [] : await suggestedProperties(kind, hint, context);
    return { PropertyNameSuggestions: names.map((PropertyName) => ({ PropertyName })) };
  },
});
