package gateway

import (
	"rwsgate/odata"
	"rwsgate/translate"
)

// The properties of a report's rows, in wire order (LEGACY 4).
const (
	propertyID = iota
	propertyDate
	propertyTenantGUID
	propertyTenantName
	propertyAudio
	propertyVideo
)

// reportType is the one entity type that all reports of the family share (LEGACY 3–5).
var reportType = &odata.EntityType{
	Namespace: "TenantReporting",
	Name:      "CsP2PAVTimeReport",
	Key:       "Date",
	Properties: []odata.Property{
		propertyID:         {Name: "ID", Kind: odata.Int64},
		propertyDate:       {Name: "Date", Kind: odata.DateTime},
		propertyTenantGUID: {Name: "TenantGuid", Kind: odata.Guid},
		propertyTenantName: {Name: "TenantName", Kind: odata.String, Nullable: true, IgnoreCase: true},
		propertyAudio:      {Name: "TotalAudioMinutes", Kind: odata.Int64},
		propertyVideo:      {Name: "TotalVideoMinutes", Kind: odata.Int64},
	},
}

// newModel makes the service's model out of the report registry.
func newModel(pageSize int, limits odata.Limits) *odata.Model {
	m := &odata.Model{Namespace: "TenantReporting", Container: "TenantReportingWebService", Limits: limits}
	for _, r := range translate.Reports() {
		m.Sets = append(m.Sets, &odata.EntitySet{
			Name:     r.Name,
			Type:     reportType,
			PageSize: pageSize,
			Annotations: []odata.Annotation{
				{Term: "TenantReporting.ReportTitle", String: r.Title},
				{Term: "TenantReporting.X-Axis", String: "Date"},
				{Term: "TenantReporting.Y-Axis", String: "Minutes"},
			},
		})
	}
	return m
}

const (
	ticksPerDay = 24 * 60 * 60 * 10_000_000
	daysTo1970  = 719_162 // from 0001-01-01
	ticksTo1970 = daysTo1970 * ticksPerDay
)

// reportRows gives a report's rows to OData with the tenant's fields added.
type reportRows struct {
	rows   []translate.Row
	tenant *Tenant
}

// Len gives the number of rows.
func (r *reportRows) Len() int { return len(r.rows) }

// Value gives one property of one row.
func (r *reportRows) Value(row, property int) odata.Value {
	at := &r.rows[row]
	switch property {
	case propertyID:
		return odata.Value{Kind: odata.Int64, Int: int64(at.Day)}
	case propertyDate:
		return odata.Value{Kind: odata.DateTime, Int: ticksTo1970 + int64(at.Day)*ticksPerDay}
	case propertyTenantGUID:
		return odata.Value{Kind: odata.Guid, Guid: r.tenant.guid}
	case propertyTenantName:
		return odata.Value{Kind: odata.String, Str: r.tenant.Name}
	case propertyAudio:
		return odata.Value{Kind: odata.Int64, Int: at.Audio}
	default:
		return odata.Value{Kind: odata.Int64, Int: at.Video}
	}
}
