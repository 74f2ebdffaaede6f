/// The files that `init` writes, embedded so that the installed program needs no folder of its own.
enum StarterFiles {
  static let all: [(name: String, text: [UInt8])] = [
    ("scenario.yaml", PackageResources.scenario_yaml),
    ("catalog.yaml", PackageResources.catalog_yaml),
    ("policy.yaml", PackageResources.policy_yaml),
  ]
}
