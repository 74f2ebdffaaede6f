/// The version of this program, as `--version` and run.json tell it.
package enum Version {
  package static let current = "0.1.0"
}
