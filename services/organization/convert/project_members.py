"""Members of projects as the contract shows them."""

from chassis.paging import Page
from organization.domain.project_members import ProjectMember
from organization.events.shapes import day
from shuyuan.organization.v1 import project_member_service_pb2 as pb


def members_page(page: Page[ProjectMember]) -> pb.ListProjectMembersResponse:
    """A page of who takes part."""
    return pb.ListProjectMembersResponse(
        members=[
            pb.ProjectMember(
                person_id=str(each.person_id),
                task=each.task,
                valid_from=each.days.start.isoformat(),
                valid_until=day(each.days.end),
            )
            for each in page.items
        ],
        next_page_token=page.next_token,
    )
