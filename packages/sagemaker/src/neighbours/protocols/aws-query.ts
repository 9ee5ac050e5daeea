import type { WireRequest } from '../../wire/http.js';
import { formMembers } from './form-members.js';
import { answerHeaders, type Protocol } from './protocol.js';
import { element } from './xml.js';

const CONTENT_TYPE = 'text/xml';

/** The query protocol: a form in, XML out. */
export const awsQuery: Protocol = {
  name: 'query',

  destination(request) {
    return { operation: form(request).get('Action') ?? undefined };
  },

  readInput(request) {
    return formMembers([...form(request)].filter(([name]) => !NOT_MEMBERS.has(name) && !name.startsWith('X-Amz-')));
  },

  success(operation, output, envelope) {
    const metadata = element('ResponseMetadata', { RequestId: envelope.requestId });
    const root = `${operation}Response`;
    const body = `<${root}${namespace(envelope.xmlNamespace)}>${element(`${operation}Result`, output)}${metadata}</${root}>`;
    return { status: 200, headers: answerHeaders(CONTENT_TYPE, envelope), body };
  },

  failure(error, envelope) {
    const fault = element('Error', {
      Type: error.status < 500 ? 'Sender' : 'Receiver',
      Code: error.queryCode,
      Message: error.message,
    });
    const requestId = element('RequestId', envelope.requestId);
    const body = `<ErrorResponse${namespace(envelope.xmlNamespace)}>${fault}${requestId}</ErrorResponse>`;
    return { status: error.status, headers: answerHeaders(CONTENT_TYPE, envelope), body };
  },
};

const NOT_MEMBERS: ReadonlySet<string> = new Set(['Action', 'Version']);

function form({ url, body }: WireRequest): URLSearchParams {
  const query = new URLSearchParams(url.split(/\?(.*)/s)[1] ?? '');
  return new URLSearchParams([...query, ...new URLSearchParams(body.toString('utf8'))]);
}

function namespace(uri: string | undefined): string {
  return uri === undefined ? '' : ` xmlns="${uri}"`;
}
