import CostModel
import Support

/// Reads a scenario file, and everything that it names, into a checked `Scenario`.
///
/// All that is wrong is collected first and thrown at once (`InputErrors`, exit code 2).
package struct ScenarioReader {
  private let log = InputLog()
  private let files: ScenarioFiles
  private let path: String
  private let allowOutside: Bool

  /// - Parameters:
  ///   - path: the scenario file.
  ///   - overrides: `path=value` each, applied in turn after `extends`.
  ///   - allowOutside: whether files outside the scenario's folder may be named.
  ///   - forReplay: the scenario's own traffic is not used, so what its calls would meet is not
  ///     checked.
  package static func read(
    path: String, overrides: [String] = [], allowOutside: Bool = false, forReplay: Bool = false,
    source: FileSource = .disk
  ) throws(InputErrors) -> Scenario {
    let reader = ScenarioReader(path: path, allowOutside: allowOutside, source: source)
    let tree = reader.tree(overrides: overrides)
    return try reader.checked(tree.flatMap { reader.read($0, forReplay: forReplay) })
  }

  /// The same, with what it takes to read variants of the scenario.
  package static func tree(
    path: String, overrides: [String] = [], allowOutside: Bool = false, source: FileSource = .disk
  ) throws(InputErrors) -> (tree: ScenarioTree, scenario: Scenario) {
    let reader = ScenarioReader(path: path, allowOutside: allowOutside, source: source)
    var tree = reader.tree(overrides: overrides)
    let scenario = try reader.checked(tree.flatMap { reader.read($0, forReplay: false) })
    tree?.files = reader.files.loaded
    guard let tree else { throw reader.incomplete }
    return (tree, scenario)
  }

  /// A variant, with overrides that are said to come from `source`.
  package static func read(
    _ tree: ScenarioTree, overrides: [String], source: String
  ) throws(InputErrors) -> Scenario {
    let reader = ScenarioReader(
      path: tree.path, allowOutside: tree.allowOutside, source: tree.source, loaded: tree.files)
    guard !overrides.isEmpty else {
      return try reader.checked(reader.read(tree, forReplay: false))
    }
    let changed = reader.overridden(tree.root, overrides, source: source)
    return try reader.checked(reader.read(reader.tree(of: changed), forReplay: false))
  }

  /// A scenario and, as one piece of YAML, all that it says and names (docs/ci.md, "The baseline").
  package static func readWhole(
    path: String, overrides: [String] = [], allowOutside: Bool = false, source: FileSource = .disk
  ) throws(InputErrors) -> (scenario: Scenario, source: YAMLNode) {
    let reader = ScenarioReader(path: path, allowOutside: allowOutside, source: source)
    let node = reader.loaded().map {
      reader.checkKept($0)
      return reader.overridden($0, overrides, source: "--override")
    }
    let scenario = try reader.checked(
      node.flatMap { reader.read(reader.tree(of: $0), forReplay: false) })
    guard let node else { throw reader.incomplete }
    return (scenario, reader.inlined(node))
  }

  /// A scenario that stands, whole, within another file.
  package static func read(
    _ node: YAMLNode, name: String, in path: String
  ) throws(InputErrors) -> Scenario {
    let reader = ScenarioReader(path: path, allowOutside: false)
    let scenario = reader.read(reader.tree(of: node), forReplay: false)
    try reader.log.throwIfAny()
    guard var scenario else {
      throw InputErrors([Diagnostic(node.place, "the scenario is incomplete")])
    }
    scenario.name = name
    return scenario
  }

  private init(
    path: String, allowOutside: Bool, source: FileSource = .disk,
    loaded: [String: ScenarioFiles.Loaded] = [:]
  ) {
    self.path = path
    self.allowOutside = allowOutside
    files = ScenarioFiles(
      scenario: path, allowOutside: allowOutside, log: log, source: source, loaded: loaded)
  }

  private var incomplete: InputErrors {
    InputErrors([Diagnostic(file: path, message: "the scenario is incomplete")])
  }

  private func checked(_ scenario: Scenario?) throws(InputErrors) -> Scenario {
    try log.throwIfAny()
    guard let scenario else { throw incomplete }
    return scenario
  }

  // MARK: Tree

  /// The file with all that it extends; nil: it cannot be read, or is too large.
  private func loaded() -> YAMLNode? {
    files.loadExtended(path).flatMap { SizeChecks.refuses($0, log: log) ? nil : $0 }
  }

  private func tree(overrides: [String]) -> ScenarioTree? {
    guard let loaded = loaded() else { return nil }
    checkKept(loaded)
    return tree(of: overridden(loaded, overrides, source: "--override"))
  }

  private func overridden(_ root: YAMLNode, _ overrides: [String], source: String) -> YAMLNode {
    var root = root
    for (index, text) in overrides.enumerated() {
      let change = Overrides(log: log, files: files, source: source, number: index + 1)
      root = change.apply(text, to: root) { changed in self.tree(of: changed) }
    }
    return root
  }

  /// What the file's own levers and shocks change must be there. They may build on one another's
  /// changes only where they say so with a `+`.
  private func checkKept(_ root: YAMLNode) {
    for (kind, lists) in [("levers", ["with", "without"]), ("shocks", ["with"])] {
      guard case .mapping(let entries) = root[kind]?.content else { continue }
      for (entry, list) in entries.flatMap({ entry in lists.map { (entry, $0) } }) {
        guard case .sequence(let items) = entry.value[list]?.content else { continue }
        _ = items.reduce(root) { changed, item in
          guard case .scalar(let text, _) = item.content, text.contains("=") else { return changed }
          let change = Overrides(
            log: log, files: files, source: "\(kind).\(entry.key).\(list)", place: item.place)
          return change.check(text, in: changed) { self.tree(of: $0) }
        }
      }
    }
  }

  private func tree(of node: YAMLNode) -> ScenarioTree {
    var walk = InputWalk(log: log)
    let root = walk.resolve(node)
    var path: String?
    switch node["catalog"]?.content {
    case .mapping:
      if let catalog = node["catalog"] { walk.addCatalog(catalog, of: root, isInline: true) }
    case .scalar(let text, _):
      guard let name = node["catalog"], !name.isNull else { break }
      path = files.resolve(text, at: name.place)
      let catalog = path.flatMap { files.load($0, namedAt: name.place) }
      if let catalog { walk.addCatalog(catalog, of: root, isInline: false) }
    case .sequence, nil: break
    }
    return ScenarioTree(
      path: self.path, allowOutside: allowOutside, source: files.source, root: root,
      catalogPath: path, files: files.loaded, inputs: walk.inputs)
  }

  /// With the catalog and the policy that it names in their places.
  private func inlined(_ node: YAMLNode) -> YAMLNode {
    // What is compared with is no part of the scenario's bill.
    guard case .mapping(var entries) = node.without("compare_catalog").content else { return node }
    for index in entries.indices where ["catalog", "policy"].contains(entries[index].key) {
      guard case .scalar(let name, _) = entries[index].value.content,
        let path = files.resolve(name, at: entries[index].value.place),
        let whole = files.load(path)
      else { continue }
      let isOverlay = entries[index].key == "catalog" && whole["extends"] != nil
      entries[index].value = isOverlay ? flattened(entries[index].value) ?? whole : whole
    }
    for index in entries.indices where entries[index].key == "budget" {
      entries[index].value = withPolicies(entries[index].value)
    }
    return YAMLNode(content: .mapping(entries), place: node.place)
  }

  /// With the policies that the budget's lines name in their places.
  private func withPolicies(_ node: YAMLNode) -> YAMLNode {
    var node = node
    switch node.content {
    case .scalar: break
    case .sequence(let items): node.content = .sequence(items.map(withPolicies))
    case .mapping(var entries):
      for index in entries.indices {
        let value = entries[index].value
        if entries[index].key == "policy", case .scalar(let name, _) = value.content,
          let whole = files.resolve(name, at: value.place).flatMap({ files.load($0) })
        {
          entries[index].value = whole
        } else {
          entries[index].value = withPolicies(value)
        }
      }
      node.content = .mapping(entries)
    }
    return node
  }

  /// A catalog that extends another one, with everything in its place.
  private func flattened(_ node: YAMLNode) -> YAMLNode? {
    CatalogReader(log: log).catalog(at: node, in: files).flatMap { catalog in
      let file = SourceFile(
        path: node.place.file.path, order: node.place.file.order, text: CatalogText.text(catalog))
      return YAMLDocument.parse(file, log: log)
    }
  }

  // MARK: Scenario

  private func read(_ tree: ScenarioTree, forReplay: Bool) -> Scenario? {
    guard let root = Fields(tree.root, as: ScenarioFormat.scenario, log: log) else { return nil }
    let prices = readPrices(root)
    let isSound = log.count == prices.errors
    let (models, local) = (prices.models, prices.local)
    var scenario = Scenario(
      name: name(root), period: prices.period ?? .empty, seed: seed(root), plans: plans(root),
      catalog: models.catalog, policy: prices.policy ?? Policy(name: "", rules: []),
      behaviours: [], workloads: [])
    scenario.title = root.text("title") ?? ""
    readDecisions(root, models, local, into: &scenario)
    readTargets(root, models, local, into: &scenario)
    readWatch(root, models, local, into: &scenario)
    let placed = readDemand(root, models, local, into: &scenario)
    scenario.leaveOutIncapable()
    scenario.countImages()
    let experiments = ExperimentReader(log: log, models: models, workloads: placed)
    scenario.experiments = experiments.read(root.entries("experiments"))
    var calls =
      placed.flatMap(\.calls)
      + experiments.calls(of: scenario.experiments, root.entries("experiments"))
    scenario.leaveOutIncapable(of: &calls)
    if isSound { scenario.countImages(of: &calls, log: log) }
    scenario.replay = root["replay"].map { ReplayReader(log: log).read($0) } ?? ReplaySettings()
    SizeChecks(log: log, scenario: scenario, root: root).run()
    ConversationChecks(log: log, scenario: scenario, root: root).run()
    let isWhole = prices.period != nil && prices.policy != nil
    if !forReplay, isWhole, !models.catalog.models.isEmpty {
      check(calls, root, isSound: isSound, compared: prices.compared, &scenario)
    }
    scenario.inputs = files.inputs
    scenario.ranges = tree.inputs.filter { $0.law != nil }
    return isWhole ? scenario : nil
  }

  /// What the rest of a scenario refers to.
  private struct Prices {
    var period: Period?
    var local: LocalTime
    /// With price changes applied.
    var models: ModelNames
    var policy: Policy?
    var compared: ComparedCatalog?
    /// Errors that were there before.
    var errors: Int
  }

  private func readPrices(_ root: Fields) -> Prices {
    let errors = log.count
    let reader = CatalogReader(log: log)
    var catalog = root["catalog"].flatMap { reader.catalog(at: $0, in: files) } ?? Catalog()
    if !catalog.models.isEmpty { reader.overlay(root.entries("prices"), on: &catalog) }
    var compared = root["compare_catalog"].flatMap { node in
      reader.catalog(at: node, in: files).map { other in
        var other = other
        if other.name.isEmpty, case .scalar(let path, _) = node.content {
          other.name = PolicyReader.stem(path)
        }
        return ComparedCatalog(other, pricing: catalog)
      }
    }
    let period = root["period"].flatMap { PeriodReader(log: log).read($0) }
    let local = period.map { LocalTime(offsets: $0.offsets) } ?? .utc
    var models = ModelNames(catalog: catalog, log: log, isSound: log.count == errors)
    let changes = PriceChangeReader(log: log, models: models, local: local)
    for node in root.list("price_changes") {
      changes.apply(node, to: &catalog)
      if log.diagnostics.count == errors, var other = compared?.catalog {
        changes.apply(node, to: &other)
        compared?.catalog = other
      }
    }
    models.catalog = catalog
    let own = root["policy"].flatMap {
      PolicyReader(log: log, models: models).policy(at: $0, in: files)
    }
    let swaps = SwapReader(log: log, models: models)
    let policy = root.list("swaps").reduce(own) { policy, node in
      policy.map { swaps.read(node, in: $0) }
    }
    return Prices(
      period: period, local: local, models: models, policy: policy, compared: compared,
      errors: errors)
  }

  private func readDecisions(
    _ root: Fields, _ models: ModelNames, _ local: LocalTime, into scenario: inout Scenario
  ) {
    scenario.forecast = root["forecast"].flatMap { ForecastReader(log: log).read($0) }
    let levers = LeverReader(log: log)
    scenario.levers = root.entries("levers").compactMap(levers.lever)
    scenario.capacities = root.entries("capacity").compactMap(levers.capacity)
    scenario.shocks = root.entries("shocks").compactMap { levers.shock($0, local: local) }
    scenario.selection = root["selection"].flatMap {
      SelectionReader(log: log, models: models).read($0)
    }
  }

  /// Whether all calls can be routed and priced, by the compared catalog as well.
  private func check(
    _ calls: [PlacedVariant], _ root: Fields, isSound: Bool, compared: ComparedCatalog?,
    _ scenario: inout Scenario
  ) {
    var checks = ScenarioChecks(log: log, scenario: scenario, root: root, isRoutingSound: isSound)
    checks.run(calls)
    scenario.unbilled = checks.unbilled
    guard let compared else { return }
    scenario.checkImages(of: calls, in: compared, log: log)
    var priced = scenario
    priced.catalog = compared.catalog
    checks = ScenarioChecks(
      log: log, scenario: priced, root: root, isRoutingSound: isSound, compared: compared)
    checks.run(calls)
    scenario.compared = compared
  }

  // MARK: Parts

  /// Names a folder, so nothing that could lead elsewhere.
  private func name(_ root: Fields) -> String {
    let stem = PolicyReader.stem(path)
    guard let node = root["name"], let name = log.text(node) else {
      if ["", ".", ".."].contains(stem) {
        log.add(
          Diagnostic(
            file: path, message: "a report's folder cannot be called '\(stem)', expected a 'name'"))
      }
      return stem
    }
    if name.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._-]{0,99}/) == nil {
      log.add(node.place, "expected a name of letters, digits, '.', '_' and '-', not '\(name)'")
    }
    return name
  }

  private func seed(_ root: Fields) -> UInt64 {
    UInt64(root.count("seed", in: 0...Int64.max) ?? 1)
  }

  private func plans(_ root: Fields) -> [PlanSpec] {
    guard let node = root["plans"], let items = log.list(node) else { return [] }
    return UserReader(log: log).plans(items, at: node.place)
  }

  private func readTargets(
    _ root: Fields, _ models: ModelNames, _ local: LocalTime, into scenario: inout Scenario
  ) {
    let targets = TargetReader(log: log, models: models)
    for entry in root.entries("chains") {
      var chain: [ModelID] = []
      for id in (log.list(entry.value) ?? []).compactMap({ models.id($0) })
      where !chain.contains(id) { chain.append(id) }
      scenario.chains[entry.key] = chain
    }
    scenario.regions = targets.regions(root.entries("regions"))
    scenario.behaviours = targets.behaviours(
      root, catalog: models.catalog, local: local)
    scenario.retry = retry(root)
    scenario.billFailures = root.choice("bill_failures", of: FailureBilling.self) ?? .none
    scenario.outages = root.list("outages").flatMap {
      targets.outages($0, local: local, regions: scenario.regions)
    }
  }

  private func retry(_ root: Fields) -> RetrySettings {
    var retry = RetrySettings()
    guard let fields = root.fields("retry", as: ScenarioFormat.retry) else { return retry }
    retry.max = Int(fields.count("max", in: 0...100) ?? 0)
    retry.base = fields.duration("base") ?? .zero
    retry.cap = fields.duration("cap") ?? SimDuration(microseconds: .max)
    return retry
  }

  private func readWatch(
    _ root: Fields, _ models: ModelNames, _ local: LocalTime, into scenario: inout Scenario
  ) {
    let cache = CacheReader(log: log, local: local)
    scenario.cache = root["cache"].map(cache.read) ?? CacheSettings()
    let actions = BudgetActionReader(
      log: log, policies: PolicyReader(log: log, models: models), files: files,
      chains: scenario.chains)
    scenario.budget = root["budget"].flatMap {
      BudgetReader(log: log, actions: actions).read($0)
    }
    scenario.currency = root["currency"].flatMap { CurrencyReader(log: log).read($0) }
    scenario.performanceHours = performanceHours(root)
    scenario.tables = root.list("tables").compactMap { log.choice($0, of: ExtraTable.self) }
    scenario.alerts = root.entries("alerts").compactMap { AlertReader(log: log).read($0) }
    scenario.thresholds = root.entries("thresholds").flatMap {
      ThresholdReader(log: log, models: models).read($0)
    }
    scenario.assumptions = root.list("assumptions").compactMap(AssumptionReader(log: log).read)
    scenario.published = root.list("published").compactMap {
      PublishedReader(log: log, models: models).read($0)
    }
  }

  private func performanceHours(_ root: Fields) -> [Int] {
    let hours = root.list("performance_hours").compactMap {
      log.count($0, in: 1...Scenario.longestWindow)
    }
    return Set(hours.map(Int.init)).sorted()
  }

  private func readDemand(
    _ root: Fields, _ models: ModelNames, _ local: LocalTime, into scenario: inout Scenario
  ) -> [PlacedWorkload] {
    scenario.users = root["users"].map { UserReader(log: log).population($0) } ?? UserPopulation()
    let flat = (TrafficProfile.flat, ArrivalProcess.poisson)
    let traffic =
      root["traffic"].map { TrafficReader(log: log, local: local).read($0, over: flat) } ?? flat
    let reader = WorkloadReader(
      log: log, local: local, traffic: traffic,
      accountPlans: scenario.users.accountPlans.map(\.name), models: models,
      turnStarts: scenario.turnStarts)
    let entries = root.entries("workloads")
    if case .mapping = root["workloads"]?.content, entries.isEmpty, let node = root["workloads"] {
      log.add(node.place, "expected at least one workload")
    }
    var placed = entries.compactMap { reader.read($0) }
    scenario.knowledge = root["knowledge_base"].flatMap {
      KnowledgeReader(log: log).read($0, into: &placed)
    }
    scenario.classifier = root["classifier"].flatMap {
      ClassifierReader(log: log, models: models).read($0, into: &placed)
    }
    scenario.workloads = placed.map(\.workload)
    return placed
  }
}

extension Period {
  /// Stands in for a period that could not be read, until the errors are thrown.
  fileprivate static let empty = Period(timeZone: "UTC", offsets: [], months: [], days: [])
}
