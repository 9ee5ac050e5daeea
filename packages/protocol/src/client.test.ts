import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { expect, it } from 'vitest';
import { connectGateway, GatewayUrlError } from './client.js';
import { AgentService } from './generated/fleetune/agent/v1/agent_pb.js';
import { authorizationHeaders, credentialOf } from './service.js';

it('speaks gRPC to a gateway on this machine', async () => {
  const server = createServer(
    connectNodeAdapter({
      routes: (router) =>
        router.service(AgentService, {
          join: ({ agentName }, { requestHeader }) => ({ agentId: agentName, credential: credentialOf(requestHeader) }),
        }),
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gateway = connectGateway({ serverUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const joined = await gateway.service.join({ agentName: 'a' }, { headers: authorizationHeaders('secret') });
  expect(joined).toMatchObject({ agentId: 'a', credential: 'secret' });
  gateway.close();
  await new Promise((resolve) => server.close(resolve));
});

it.each(['http://localhost:1', 'http://127.0.0.1:1', 'http://[::1]:1', 'https://tuner.example:1'])(
  'accepts %s',
  (serverUrl) => {
    connectGateway({ serverUrl }).close();
  },
);

it.each(['http://tuner.example:1', 'http://10.0.0.1:1', 'http://127.0.0.1.example:1', 'ftp://localhost', 'localhost'])(
  'refuses %s',
  (serverUrl) => {
    expect(() => connectGateway({ serverUrl })).toThrow(GatewayUrlError);
  },
);

it('speaks plaintext to another machine only when told to', () => {
  connectGateway({ serverUrl: 'http://10.0.0.1:1', allowPlaintext: true }).close();
});
