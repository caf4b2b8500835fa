package translate

// History is what is known of one tenant: UTC days, imported observations of other lengths beside them, and imported
// period totals. It is immutable; the zero History is empty. Days ascend and none stands twice; observations ascend and
// overlap neither each other nor a known day.
type History struct {
	days   []DayMinutes
	spans  []Observation
	totals []Total
}
