import { startSimulator } from '@holdfast/simulator/start-simulator';
import { chat, startGateway } from '../start-gateway.ts';
import { pair } from './pair.ts';

export const HI = JSON.stringify(chat());

/** A gateway with one endpoint, and the provider behind it. */
export async function startAlone(server: object = {}, limits = {}) {
  const simulator = await startSimulator();
  const gateway = await startGateway(
    pair({ primary: simulator.baseUrl('primary'), secondary: null, more: { server } }),
    { serverLimits: limits },
  );
  return {
    simulator,
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await simulator.close();
    },
  };
}
