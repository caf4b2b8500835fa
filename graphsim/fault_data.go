package graphsim

import "slices"

// The faults of the report's content: the download works, what it holds is wrong.
const (
	FaultHeaderOnly    FaultName = "data-header-only"
	FaultAllZeros      FaultName = "data-all-zeros"
	FaultNegative      FaultName = "data-negative"
	FaultNotInteger    FaultName = "data-not-integer"
	FaultTooLarge      FaultName = "data-too-large"
	FaultDuplicateDay  FaultName = "data-duplicate-day"
	FaultBadDate       FaultName = "data-bad-date"
	FaultMissingColumn FaultName = "data-missing-column"
	FaultRowTooShort   FaultName = "data-row-too-short"
	FaultRowTooLong    FaultName = "data-row-too-long"
	FaultOtherReport   FaultName = "data-other-report"
)

// SpoiledLine is the line of the report, from 1, the header included, that a fault of a single row spoils. (A
// duplicate day stands on it the second time.)
const SpoiledLine = 4

func dataFaults() []faultSpec {
	f := func(name FaultName, description string, spoil func(*sheet)) faultSpec {
		return faultSpec{FaultInfo: FaultInfo{name, StageDownload, description}, spoil: spoil}
	}
	return []faultSpec{
		f(FaultHeaderOnly, "the header without a row", func(s *sheet) { s.rows = nil }),
		f(FaultAllZeros, "fresh dates and no minute on any", func(s *sheet) {
			for i := range s.rows {
				s.set(i, columnAudio, "0")
				s.set(i, columnVideo, "0")
			}
		}),
		f(FaultNegative, "-5 minutes of audio on line 4", func(s *sheet) { s.set(SpoiledLine-2, columnAudio, "-5") }),
		f(FaultNotInteger, "12.5 minutes of video on line 4", func(s *sheet) { s.set(SpoiledLine-2, columnVideo, "12.5") }),
		f(FaultTooLarge, "minutes of audio beyond 64 bits on line 4", func(s *sheet) { s.set(SpoiledLine-2, columnAudio, "99999999999999999999") }),
		f(FaultDuplicateDay, "the day of line 3 again on line 4, with other minutes", func(s *sheet) {
			s.set(SpoiledLine-2, columnDate, s.get(SpoiledLine-3, columnDate))
			s.set(SpoiledLine-2, columnAudio, s.get(SpoiledLine-3, columnAudio)+"1")
		}),
		f(FaultBadDate, "2026-02-30 as the date of line 4", func(s *sheet) { s.set(SpoiledLine-2, columnDate, "2026-02-30") }),
		f(FaultMissingColumn, "no column Video", func(s *sheet) { s.drop(columnVideo) }),
		f(FaultRowTooShort, "line 4 lacks its last cell", func(s *sheet) {
			if i := SpoiledLine - 2; i < len(s.rows) {
				s.rows[i] = s.rows[i][:len(s.rows[i])-1]
			}
		}),
		f(FaultRowTooLong, "line 4 has a cell too many", func(s *sheet) {
			if i := SpoiledLine - 2; i < len(s.rows) {
				s.rows[i] = append(s.rows[i], "0")
			}
		}),
		f(FaultOtherReport, "the header of a sibling report, with its own columns", func(s *sheet) {
			for i, name := range s.header {
				switch name {
				case columnAudio:
					s.header[i] = "Organized"
				case columnVideo:
					s.header[i] = "Participated"
				}
			}
		}),
	}
}

// column finds a column by name, -1 if the format leaves it out.
func (s *sheet) column(name string) int { return slices.Index(s.header, name) }

// get reads a cell; it is empty where there is none.
func (s *sheet) get(row int, name string) string {
	if c := s.column(name); c >= 0 && row < len(s.rows) {
		return s.rows[row][c]
	}
	return ""
}

// set writes a cell, if the report has it.
func (s *sheet) set(row int, name, value string) {
	if c := s.column(name); c >= 0 && row < len(s.rows) {
		s.rows[row][c] = value
	}
}

// drop takes a column away.
func (s *sheet) drop(name string) {
	c := s.column(name)
	if c < 0 {
		return
	}
	s.header = slices.Delete(s.header, c, c+1)
	for i := range s.rows {
		s.rows[i] = slices.Delete(s.rows[i], c, c+1)
	}
}
