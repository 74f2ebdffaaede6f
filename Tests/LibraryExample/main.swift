import Simulator

// What 50, 100, 500 and 1,000 users cost, by model.
let simulation = try ScenarioSimulation(
  path: CommandLine.arguments[1], overrides: Array(CommandLine.arguments.dropFirst(2)))
for plan in simulation.users.indices {
  let bill = try simulation.bill(ofPlan: plan)
  print("\(bill.users) users: $\(bill.cost.decimal(places: 2)) for \(bill.calls) calls")
  for line in bill.lines {
    print("  \(line.model): $\(line.cost.decimal(places: 2))")
  }
}
