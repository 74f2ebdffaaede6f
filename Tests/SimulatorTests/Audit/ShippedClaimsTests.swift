import Testing

@testable import Simulator

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
  ]
  private static let doubtful = [
    "cache-hit-rate", "hits-simple", "hits-personalized", "hits-classification", "v3-share",
    "r1-calls-daily", "mini-calls-daily", "operations-with-speech", "total-100-scaled",
    "campaign-max-tokens", "segmentation-max-tokens", "slowest-simulated", "segmentation-context",
  ]
  /// Right, says docs/domain.md.
  private static let confirmed = [
    "bill", "speech-video-cost", "long-cost", "short-cost", "speech-bill-batch", "realtime-cost",
    "batch-saving-share", "message-revenue", "message-return", "at-risk-revenue", "gpt-4-saving",
    "gpt-4-saving-share", "claude-saving-share", "gpt-35-saving-share", "user-cost", "growth",
    "v3-call-cost", "r1-call-cost", "total-100", "operations", "fans", "two-tier-sum",
    "prompt-cache-saving",
  ]

  @Test func theDocumentsErrorsComeOut() throws {
    let verdicts = try Self.audit.get().verdicts
    for (names, verdict) in [
      (Self.wrong, Verdict.wrong), (Self.doubtful, .doubtful), (Self.confirmed, .confirmed),
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

  /// Every way of recomputing is used.
  @Test func everyWayIsTaken() throws {
    var ways: Set<String> = []
    for claim in try Self.claims.get().claims {
      switch claim.way {
      case .formula: ways.insert("formula")
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
      guard let value = finding.recomputed, value.isPoint, finding.otherUnit == nil else {
        continue
      }
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
    ("operations-by-use-case", "353000"),
  ])
  func figuresAreExact(name: String, value: String) throws {
    let finding = try #require(Self.audit.get()[name])
    #expect(finding.recomputed?.decimal == value)
  }
}
