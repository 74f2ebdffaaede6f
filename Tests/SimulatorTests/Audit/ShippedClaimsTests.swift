import Testing

@testable import Audit
@testable import Reports
@testable import Support
@testable import costsim

/// What the shipped claims file finds in the company's documents.
@Suite struct ShippedClaimsTests {
  private static let claims = Result {
    try ClaimsReader.read(path: ShippedScenarioTests.folder + "/claims.yaml")
  }
  private static let audit = Result { try Auditor.audit(claims.get()) }

  /// docs/domain.md, section 7, and docs/findings.md, as far as they can be computed.
  private static let wrong = [
    // Prices and unit slips
    "v3-call-cost-decide", "v3-call-cost-example", "v3-call-cost-vip", "v3-call-cost-savings",
    "no-cache-cost", "cached-cost", "cache-saving", "unrouted-cost", "routed-mini-cost",
    "routed-v3-cost", "routed-cost", "routing-saving", "r1-call-cost-performance",
    "r1-call-cost-decide", "r1-call-cost-example", "mini-call-cost-savings", "mini-call-cost-log",
    "mini-call-cost-decide", "mistral-call-cost", "llama-cost", "mistral-cost",
    "speech-video-cost-performance", "speech-bill", "gpt-4o-cached-price", "mini-4o-cached-price",
    "affordable-answer",
    // Bills
    "v3-bill", "r1-bill", "r1-call-cost-by-size", "v3-fan-calls", "v3-calls", "fan-cost",
    "trends-cost", "marketing-cost", "fallback-cost", "segmentation-cost",
    "operations-by-use-case", "mini-share", "bill-as-described", "two-tier-mini", "two-tier-full",
    "two-tier-total", "two-tier-saving", "mini-4o-per-1000", "gpt-4o-per-1000",
    // Growth
    "total-500", "total-500-scaled", "total-1000", "total-1000-scaled", "total-1000-me",
    "total-1000-described", "margin-1000", "others-100", "others-500", "others-1000",
    "others-speech-500", "others-speech-1000", "users-in-budget", "users-in-quotas",
    // Latency, cache, limits
    "decide-creative-cost", "decide-creative-time", "speech-time-flow", "video-request-time-series",
    "video-request-time-batch", "video-two-steps-time", "reply-time", "smart-reply-time",
    "slowest", "v3-time-campaign", "v3-hits", "hits-creative", "rpm", "tpm",
    // Code and business
    "account-alert", "cache-alert-told", "satisfaction-alert-told", "conversion-alert-told",
    "dashboard-end", "breaker-state", "score-cost-weight", "p95-place", "top-fans-revenue",
    "churn-saved", "churn-return", "campaign-sales", "engagement", "conversion", "buyers-day-3",
    "campaign-revenue", "mean-price", "discount-2", "campaign-cost",
    // Right by wrong figures, which come out far from what they are
    "margin-share-1000", "two-tier-sum", "routed-sum", "v3-call-cost", "video-report-cost-flow",
    // A total row, by all of its columns, and the cache by the documents' own classes
    "total-factor-500", "total-factor-1000", "cache-hit-rate",
  ]
  private static let doubtful = [
    "hits-simple", "hits-personalized", "hits-classification", "v3-share",
    "r1-calls-daily", "mini-calls-daily", "operations-with-speech", "total-100-scaled",
    "campaign-max-tokens", "segmentation-max-tokens", "slowest-simulated", "segmentation-context",
  ]
  /// Right, says docs/domain.md, and so is all that leads to them.
  private static let confirmed = [
    "speech-video-cost", "speech-bill-batch", "realtime-cost", "batch-saving-share",
    "message-revenue", "at-risk-revenue", "fans", "factor-500",
  ]
  /// Right, says docs/domain.md, by figures that are wrong.
  private static let restsOnWrong = [
    "bill", "long-cost", "short-cost", "message-return", "gpt-4-saving", "gpt-4-saving-share",
    "claude-saving-share", "gpt-35-saving-share", "user-cost", "growth", "r1-call-cost",
    "total-100", "operations", "prompt-cache-saving", "v3-100", "r1-1000", "margin",
  ]
  /// The catalog and the router's estimates were typed from them.
  private static let restated = [
    "v3-input-price", "v3-input-price-me", "r1-output-price", "speech-list-price",
    "gpt-4o-input-price", "decide-simple-cost", "decide-video-time", "multimodal-max-tokens",
  ]

  @Test func theDocumentsErrorsComeOut() throws {
    let verdicts = try Self.audit.get().verdicts
    for (names, verdict) in [
      (Self.wrong, Verdict.wrong), (Self.doubtful, .doubtful), (Self.confirmed, .confirmed),
      (Self.restsOnWrong, .restsOnWrong), (Self.restated, .restated),
    ] {
      for name in names { #expect(verdicts[name] == verdict, "\(name)") }
    }
  }

  @Test func thereAreEnoughClaims() throws {
    let result = try Self.audit.get()
    #expect(result.findings.count >= 500)
    #expect(result.findings.count { $0.recomputed != nil } >= 400)
    let documents = Set(result.findings.map(\.claim.document))
    #expect(documents == ["complete-guide.md", "models-explained.md", "routing-strategy.md"])
    for finding in result.findings { #expect(Int(finding.claim.line.prefix { $0 != "-" }) != nil) }
  }

  /// No confirmed claim uses a figure that is wrong or rests on one, and none is confirmed by a single
  /// figure of the documents' own catalog.
  @Test func nothingConfirmedRestsOnAWrongFigure() throws {
    let result = try Self.audit.get()
    let file = try Self.claims.get()
    let values = Dictionary(uniqueKeysWithValues: file.values.map { ($0.name, $0.way) })
    func claims(_ way: Derivation) -> Set<String> {
      let names: [String] =
        switch way {
        case .formula(let formula): formula.names.map(\.name)
        case .each(let formulas): formulas.flatMap(\.names).map(\.name)
        case .sum(let rows): rows.map(\.name)
        default: []
        }
      return names.reduce(into: []) { found, name in
        if let way = values[name] { found.formUnion(claims(way)) } else { found.insert(name) }
      }
    }
    let verdicts = result.verdicts
    for finding in result.findings(.confirmed) {
      guard let way = finding.claim.way else { continue }
      if case .catalog = way { Issue.record("\(finding.claim.id) is confirmed by the catalog") }
      for name in claims(way) {
        #expect(
          verdicts[name] != .wrong && verdicts[name] != .restsOnWrong,
          "\(finding.claim.id): \(name)")
      }
    }
    for finding in result.findings(.restsOnWrong) { #expect(!finding.wrongInputs.isEmpty) }
    #expect(
      AuditText(workings: result.workings).explanation(try #require(result["margin-share-1000"]))
        == "It follows from the published figures, but rests on what is left of the budget at 1,000 "
        + "users ($100 per month, complete-guide.md:2161), all other models at 1,000 users ($180 per "
        + "month, complete-guide.md:2158) and 5 more, which are wrong; from the recomputed figures it "
        + "is −20%, so the published 10% is 30 points too much.")
  }

  /// Every way of recomputing is used.
  @Test func everyWayIsTaken() throws {
    var ways: Set<String> = []
    for claim in try Self.claims.get().claims {
      switch claim.way {
      case .formula, .each: ways.insert("formula")
      case .sum: ways.insert("sum")
      case .catalog: ways.insert("catalog")
      case .plan(let query, _): ways.insert(query.isSimulated ? "simulated" : "expected")
      case .route: ways.insert("route")
      case .stated, nil: break
      }
    }
    #expect(ways == Set(ClaimsFormat.ways.map(\.key)))
  }

  /// The verdict hangs on the published number alone: what is recomputed is right, and another
  /// number is not.
  @Test func aChangedNumberChangesTheVerdict() throws {
    let file = try Self.claims.get()
    let result = try Self.audit.get()
    let auditor = Auditor(file)
    var flipped = 0
    for finding in result.findings {
      guard let value = finding.recomputed, value.isPoint, finding.otherUnit == nil,
        finding.verdict != .wrong || finding.asPublished == .wrong
      else { continue }
      if case .each = finding.claim.way { continue }
      var claim = finding.claim
      claim.published = try PublishedNumber(value.low.magnitude.decimal)
      if value.low >= .zero {
        #expect(try auditor.finding(claim).verdict == .confirmed, "\(claim.id)")
      }
      let other = try value.low.magnitude.multiplied(by: Rational(7)).adding(Rational(11))
      claim.published = try PublishedNumber(other.decimal)
      #expect(try auditor.finding(claim).verdict == .wrong, "\(claim.id)")
      flipped += 1
    }
    #expect(flipped >= 350)
  }

  @Test func slipsAreNamed() throws {
    let result = try Self.audit.get()
    for name in ["v3-call-cost-decide", "no-cache-cost", "r1-call-cost-decide", "routing-saving"] {
      #expect(result[name]?.slip?.factor == 1_000, "\(name)")
    }
    #expect(result["llama-cost"]?.otherUnit?.hasSameNumber == true)
    #expect(result["total-1000"]?.slip == nil)
  }

  /// The figures of docs/domain.md, to the cent.
  @Test(arguments: [
    ("r1-bill", "317.25"), ("r1-call-cost-by-size", "0.006345"), ("speech-bill", "4.5"),
    ("two-tier-mini", "17.55"), ("two-tier-full", "32.5"), ("two-tier-total", "50.05"),
    ("two-tier-saving", "274.95"), ("mini-4o-per-1000", "0.195"), ("gpt-4o-per-1000", "3.25"),
    ("v3-bill", "54.72"), ("total-500", "600"), ("total-1000", "1200"),
    ("total-1000-scaled", "1248"), ("churn-return", "27.6"), ("long-cost", "684"),
    ("operations-by-use-case", "353000"), ("margin-share-1000", "-20"),
    ("cache-hit-rate", "59.354838709677"), ("total-factor-1000", "14.423076923077"),
  ])
  func figuresAreExact(name: String, value: String) throws {
    let finding = try #require(Self.audit.get()[name])
    #expect(finding.recomputed?.decimal == value)
  }
}
