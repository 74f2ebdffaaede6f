import Testing

@testable import Simulator

/// What is wrong in a claims file is told with its place.
@Suite struct ClaimsErrorTests {
  private static let start = """
    claims:
      a: { subject: a, published: 5, unit: calls, at: "d:1" }
      b: { subject: b, published: 7, unit: USD, at: "d:2", 
    """

  @Test(arguments: [
    ("formula: a / c }", "unknown name 'c', expected a claim or a value"),
    ("formula: a + b2 }", "unknown name 'b2', expected a claim or a value\n"),
    ("formula: b * 1 }", "'b' is computed from itself: b → b"),
    ("formula: a }", "'b' is in USD, but it is recomputed in call"),
    ("formula: 7 + a }", "units do not go together: a number and call"),
    ("formula: a / (a - a) }", "division by zero"),
    ("formula: a / }", "the formula ends where a value is expected"),
    ("formula: (a }", "expected ')'"), ("formula: a a }", "expected an operator or the end"),
    ("formula: summ(a) }", "unknown function 'summ'"),
    ("formula: 1.2.3 }", "'1.2.3' is not a number"),
    ("sum: [] }", "a sum needs rows"), ("sum: [a, b] }", "'b' is computed from itself"),
    ("formula: a, sum: [a] }", "'formula' and 'sum' exclude each other"),
    ("formul: a }", "unknown key 'formul' in claim"),
    ("catalog: { model: m, figure: input } }", "the file names no catalogs"),
    ("expected: { users: 5, figure: cost } }", "the file names no scenarios"),
    ("route: { figure: cost } }", "the file names no policies"),
  ])
  func saysWhatIsWrong(way: String, message: String) throws {
    let errors = try ClaimsFolder(Self.start + way).errors
    #expect(errors.hasPrefix("claims.yaml:3:"), "\(errors)")
    #expect(errors.contains(message), "\(errors)")
  }

  @Test func theCaretStandsAtTheName() throws {
    let errors = try ClaimsFolder(Self.start + "formula: 2 * aa / 3 }").errors
    #expect(
      errors == """
        claims.yaml:3:69: error: unknown name 'aa', expected a claim or a value
          b: { subject: b, published: 7, unit: USD, at: "d:2", formula: 2 * aa / 3 }
                                                                            ^
        did you mean 'a'?
        """)
  }

  @Test(arguments: [
    ("{ published: 5, unit: calls, at: d }", "'subject' is missing"),
    ("{ subject: a, unit: calls, at: d }", "'published' is missing in this claim"),
    ("{ subject: a, published: 5, at: d }", "'unit' is missing: what is 5?"),
    ("{ subject: a, published: 5, unit: calls }", "'at' is missing in this claim"),
    ("{ subject: a, published: $5, unit: calls, at: d }", "'$5' is in dollars, but its unit"),
    ("{ subject: a, published: 5%, unit: calls, at: d }", "'5%' is a percentage, but its unit"),
    ("{ subject: a, published: five, unit: calls, at: d }", "expected a number like $34.00"),
    ("{ subject: a, published: 5, unit: per, at: d }", "is no unit"),
  ])
  func aClaimIsComplete(claim: String, message: String) throws {
    let errors = try ClaimsFolder("claims:\n  a: " + claim).errors
    #expect(errors.hasPrefix("claims.yaml:2:") && errors.contains(message), "\(errors)")
  }

  @Test(arguments: [
    ("v: { value: 5 }", "a stated value needs a 'unit'"),
    ("v: { unit: calls }", "expected 'value' or a way to compute it"),
    ("v: { value: 5, unit: calls, formula: a }", "'value' excludes a way to compute it"),
    ("v: { formula: w }\n  w: { formula: v }", "'v' is computed from itself: b → v → w → v"),
    ("v: { formula: a, unit: USD }", "'v' is said to be in USD, but it is in call"),
    ("a: { value: 5, unit: calls }", "'a' is the name of a claim as well"),
  ])
  func aValueIsComplete(value: String, message: String) throws {
    let claims = """
      claims:
        a: { subject: a, published: 5, unit: calls, at: "d:1" }
        b: { subject: b, published: 7, unit: calls, at: "d:2", formula: v }
      values:
        \(value)
      """
    let errors = try ClaimsFolder(claims).errors
    #expect(errors.contains(message), "\(errors)")
  }

  /// A file cannot make the program run out of stack.
  @Test func depthIsBounded() throws {
    let long = "formula: " + Array(repeating: "a", count: 20_000).joined(separator: " + ") + " }"
    #expect(try ClaimsFolder(Self.start + long).errors.contains("the formula is too long"))
    let nested = "formula: " + String(repeating: "(", count: 500) + "a }"
    #expect(try ClaimsFolder(Self.start + nested).errors.contains("nested too deeply"))
    let values = (0..<1_000).map { "  v\($0): { formula: v\($0 + 1) }\n" }.joined()
    let chain = Self.start + "formula: v0 }\nvalues:\n" + values + "  v1000: { formula: a }\n"
    #expect(try ClaimsFolder(chain).errors.contains("values rest on values too deeply"))
  }

  @Test func filesAreNamedAndRead() throws {
    let claims = """
      catalogs: { prices: prices.yaml, none: none.yaml }
      claims:
        a: { subject: a, published: $5, unit: USD per 1M tokens, at: d, catalog: { catalog: prices, model: n, figure: input } }
        b: { subject: b, published: $5, unit: USD per 1M tokens, at: d, catalog: { catalog: price, model: m, figure: input } }
        c: { subject: c, published: $5, unit: USD per 1M tokens, at: d, catalog: { model: m, figure: input } }
      """
    let errors = try ClaimsFolder(
      claims, ["prices.yaml": "models: { m: { provider: p, input: $1 per 1M tokens } }"]
    ).errors
    for message in [
      "none.yaml': no such file", "unknown model 'n'", "unknown catalog 'price'",
      "'catalog' is missing: the file names 2 catalogs",
    ] {
      #expect(errors.contains(message), "\(errors)")
    }
  }
}
