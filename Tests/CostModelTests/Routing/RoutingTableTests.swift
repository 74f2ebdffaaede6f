import CostModel
import Testing

struct RoutingTableTests {
  private func policy(_ choice: Policy.Choice) -> Policy {
    Policy(name: "p", rules: [Policy.Rule(name: "all", conditions: [], choice: choice)])
  }
  private let any = CallAttributes()

  @Test func theDrawPicksTheFirstRunningSumAboveIt() throws {
    let choice = Policy.Choice.weighted([
      .init(ModelID(4), weight: 0), .init(ModelID(1), weight: 7), .init(ModelID(2), weight: 0),
      .init(ModelID(3), weight: 3), .init(ModelID(5), weight: 0),
    ])
    let table = try #require(RoutingTable(policy(choice), kinds: [any]))
    #expect(table.choose(kind: 0, u: 0) == ModelID(1))
    #expect(table.choose(kind: 0, u: (0.7 as Double).nextDown) == ModelID(1))
    #expect(table.choose(kind: 0, u: 0.7) == ModelID(3))
    #expect(table.choose(kind: 0, u: (1.0 as Double).nextDown) == ModelID(3))
    #expect(table.shares(kind: 0).map(\.model) == [ModelID(1), ModelID(3)])
    #expect(table.shares(kind: 0)[0].share == 0.7)
  }

  @Test func sumsThatDoNotReachOneStillChoose() throws {
    let tenths = (0..<10).map { Policy.WeightedModel(ModelID($0), weight: 0.1) }
    let table = try #require(RoutingTable(policy(.weighted(tenths)), kinds: [any]))
    #expect(table.choose(kind: 0, u: (1.0 as Double).nextDown) == ModelID(9))
  }

  @Test func theLoggedModelIsNil() throws {
    let table = try #require(RoutingTable(policy(.logged), kinds: [any]))
    #expect(table.choose(kind: 0, u: 0.3) == nil)
  }

  @Test func withoutADefaultThereIsNoTable() {
    let rule = Policy.Rule(
      name: "r", conditions: [.init(.task, in: ["vision"])], choice: .model(ModelID(0)))
    #expect(RoutingTable(Policy(name: "p", rules: [rule]), kinds: [any]) == nil)
  }

  /// A call that names no tier is one of `standard`; other attributes have no such value.
  @Test func aMissingTierIsStandard() {
    var premium = any
    premium[.tier] = "premium"
    let standard = Policy.Condition(.tier, in: ["economy", "standard"])
    #expect(standard.holds(for: any) && any.satisfies([standard]))
    #expect(!standard.holds(for: premium) && !premium.satisfies([standard]))
    #expect(!Policy.Condition(.tier, in: ["premium"]).holds(for: any))
    for attribute in Attribute.allCases where attribute != .tier {
      #expect(!Policy.Condition(attribute, in: ["standard"]).holds(for: any))
    }
  }

  @Test func kindsKeepTheirOrderAndRule() throws {
    var vision = any
    vision[.task] = "vision"
    let rules = [
      Policy.Rule(
        name: "v", conditions: [.init(.task, in: ["vision"])], choice: .model(ModelID(1))),
      Policy.Rule(name: "d", conditions: [], choice: .model(ModelID(0))),
    ]
    let table = try #require(
      RoutingTable(Policy(name: "p", rules: rules), kinds: [any, vision, any]))
    #expect(table.rules.map(\.name) == ["d", "v", "d"])
    #expect((0..<3).map { table.choose(kind: $0, u: 0) } == [ModelID(0), ModelID(1), ModelID(0)])
  }
}
