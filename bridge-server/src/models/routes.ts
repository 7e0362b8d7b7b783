import { sendFile } from '../http/answers/send-file.js';
import { route, type Route } from '../http/route.js';
import * as card from './card/contract.js';
import type { CardService } from './card/service.js';
import * as contract from './contract.js';
import * as judging from './judging/contract.js';
import type { Judging } from './judging/service.js';
import * as promotion from './promotion/contract.js';
import type { ProtectedAliases } from './promotion/aliases.js';
import type { PromotionService } from './promotion/service.js';
import type { RegistryService } from './registry/service.js';
import type { TrainedModels } from './trained/service.js';

export function modelRoutes(trained: TrainedModels, registry: RegistryService, cards: CardService): Route[] {
  return [
    route(contract.listTrainedModels, async ({ caller, query }) => ({
      status: 200,
      json: await trained.list(caller, query),
    })),
    route(contract.listModels, async ({ caller, query }) => ({
      status: 200,
      json: await registry.list(caller, query),
    })),
    route(contract.createModel, async ({ caller, body }) => ({
      status: 201,
      json: await registry.create(caller, body),
    })),
    route(contract.getModel, async ({ caller, params }) => ({
      status: 200,
      json: await registry.get(caller, params.name),
    })),
    route(contract.patchModel, async ({ caller, params, body }) => ({
      status: 200,
      json: await registry.change(caller, params.name, body),
    })),
    route(contract.deleteModel, async ({ caller, params }) => {
      await registry.delete(caller, params.name);
      return { status: 204 };
    }),
    route(contract.modelDependents, async ({ caller, params, query }) => ({
      status: 200,
      json: await registry.dependents(caller, params.name, query.version),
    })),
    route(contract.listVersions, async ({ caller, params, query }) => ({
      status: 200,
      json: await registry.versions(caller, params.name, query),
    })),
    route(contract.registerVersion, async ({ caller, params, body }) => {
      const { made, version } = await registry.register(caller, params.name, body);
      return { status: made ? 201 : 200, json: version };
    }),
    route(contract.getVersion, async ({ caller, params }) => ({
      status: 200,
      json: await registry.getVersion(caller, params.name, params.version),
    })),
    route(contract.patchVersion, async ({ caller, params, body }) => ({
      status: 200,
      json: await registry.changeVersion(caller, params.name, params.version, body),
    })),
    route(contract.deleteVersion, async ({ caller, params }) => {
      await registry.deleteVersion(caller, params.name, params.version);
      return { status: 204 };
    }),
    route(contract.versionReport, async ({ caller, params }) => ({
      status: 200,
      json: await registry.report(caller, params.name, params.version),
    })),
    route(contract.versionPackage, async ({ caller, params, res }) => {
      const texts = await cards.readmes(caller, params.name, params.version);
      await registry.package(caller, params, texts, ({ path, sha256 }, filename) =>
        sendFile(res, path, filename, sha256),
      );
      return undefined;
    }),
    route(contract.versionAgainst, async ({ caller, params: { name, ...versions }, query }) => ({
      status: 200,
      json: await registry.compared(caller, name, versions, query.metric ?? null),
    })),
    route(contract.setAlias, async ({ caller, params, body }) => ({
      status: 200,
      json: await registry.setAlias(caller, params.name, params.alias, body.version),
    })),
    route(contract.deleteAlias, async ({ caller, params }) => {
      await registry.deleteAlias(caller, params.name, params.alias);
      return { status: 204 };
    }),
  ];
}

export function judgingRoutes(service: Judging): Route[] {
  return [
    route(judging.evaluateVersion, async ({ caller, params, body }) => ({
      status: 201,
      json: await service.begin(caller, params, body),
    })),
    route(judging.listEvaluations, async ({ caller, params, query }) => ({
      status: 200,
      json: await service.list(caller, params, query),
    })),
  ];
}

export function promotionRoutes(service: PromotionService, aliases: ProtectedAliases): Route[] {
  return [
    route(promotion.getModelRules, async ({ caller, params }) => ({
      status: 200,
      json: await service.readRules(caller, params.project_id),
    })),
    route(promotion.putModelRules, async ({ caller, params, body }) => ({
      status: 200,
      json: await service.setRules(caller, params.project_id, body),
    })),
    route(promotion.requestPromotion, async ({ caller, params, body }) => ({
      status: 201,
      json: await service.request(caller, params.name, body),
    })),
    route(promotion.listRequests, async ({ caller, query }) => ({
      status: 200,
      json: await service.requests(caller, query),
    })),
    route(promotion.getRequest, async ({ caller, params }) => ({
      status: 200,
      json: await service.get(caller, params.request_id),
    })),
    route(promotion.approveRequest, async ({ caller, params, body }) => ({
      status: 200,
      json: await service.approve(caller, params.request_id, body.reason ?? null),
    })),
    route(promotion.refuseRequest, async ({ caller, params, body }) => ({
      status: 200,
      json: await service.refuse(caller, params.request_id, body.reason),
    })),
    route(promotion.withdrawRequest, async ({ caller, params }) => ({
      status: 200,
      json: await service.withdraw(caller, params.request_id),
    })),
    route(promotion.rollBack, async ({ caller, params, body }) => ({
      status: 200,
      json: await aliases.rollBack(caller, params.name, params.alias, body),
    })),
    route(promotion.modelHistory, async ({ caller, params, query }) => ({
      status: 200,
      json: await aliases.history(caller, params.name, query),
    })),
  ];
}

export function cardRoutes(cards: CardService): Route[] {
  return [
    route(card.getModelCard, async ({ caller, params: { name, version } }) => ({
      status: 200,
      json: await cards.read(caller, name, version),
    })),
    route(card.putModelCard, async ({ caller, params: { name, version }, body }) => ({
      status: 200,
      json: await cards.fill(caller, name, version, body),
    })),
    route(card.modelCardMarkdown, async ({ caller, params: { name, version }, query, res }) => {
      const text = await cards.markdown(caller, name, version, query.language);
      res.type('text/markdown; charset=utf-8').send(text);
      return undefined;
    }),
    route(card.listCardRevisions, async ({ caller, params: { name, version }, query }) => ({
      status: 200,
      json: await cards.revisions(caller, name, version, query),
    })),
  ];
}
